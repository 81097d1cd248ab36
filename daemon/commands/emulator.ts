// `rampart emulator`: the local ECS API on its own.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { CredentialOptions } from '../../emulator/gateway/credentials.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../emulator/emulator.ts';
import { InputError } from '../../emulator/admin/input.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { parseQuirk, parseQuirks } from '../../emulator/admin/quirks-input.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import type { State } from '../../emulator/state.ts';
import type { EmulatorConfig } from '../config/config.ts';
import { isIoError } from '../io-reason.ts';
import { emulatorDefaults } from '../config/resolve.ts';
import { keyOfConfig, listenAdvice, parseListen, type ListenAddress } from '../config/listen.ts';
import { aborted, flagOf, line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../compose/setup.ts';
import { openEmulatorTls, secureFields, type TlsSetting } from './emulator/tls.ts';

interface EmulatorFlags extends CommonFlags {
  readonly listen?: ListenAddress;
  readonly state?: string;
  readonly quirk: Partial<Quirks>;
  readonly seed?: number;
  readonly credential: readonly CredentialOptions[];
  readonly tls?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

export function addEmulatorCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('emulator'))
    .description(
      'Run the local ECS security-group API: same calls, same errors, no account. Exit code: 0 stopped, 1 not started.',
    )
    .option(
      '--listen <HOST:PORT>',
      'address to listen on; port 0 is any free one (default: 127.0.0.1:0)',
      flagOf(parseListen),
    )
    .option('--state <FILE>', 'start with the groups of this JSON file')
    .option('--quirk <NAME=VALUE>', 'answer an open question of the manual; may be repeated', quirkFlag, {})
    .option('--seed <N>', 'makes every random choice repeatable (default: 1)', seedFlag)
    .option(
      '--credential <ID:SECRET>',
      'accept this access key, or as USER@ID:SECRET that of a RAM user; may be repeated',
      credentialFlag,
      [],
    )
    .option('--tls', 'answer https too, on the same port, with a certificate made at the start')
    .option('--tls-cert <FILE>', 'answer https too, with this certificate (PEM, its chain after it)')
    .option('--tls-key <FILE>', 'the private key of --tls-cert (PEM)')
    .addHelpText(
      'after',
      '\nOnly where --config is given, `emulator` of that config says what the flags leave out. Nothing is logged.' +
        '\nThe first line on stdout is {"event":"emulator.listening","url":"http://…"}; with TLS `httpsUrl` stands' +
        '\nin it too, and with --tls the certificate that clients have to trust as `ca`.' +
        '\nDefault credentials: emulator / emulator-secret, and alice / alice-secret for changes by someone else.' +
        '\nAdmin API: /_emulator/state, calls, faults, quirks, clock.',
    )
    .action((flags: EmulatorFlags) => runEmulator(flags, io).then(done));
}

async function runEmulator(flags: EmulatorFlags, io: Io): Promise<ExitCode> {
  const { listen, seed, quirks, state, tls } = settingsOf(flags);
  const file = flags.state === undefined ? state : path.resolve(io.cwd, flags.state);
  const address = flags.listen ?? listen;
  const secure = await openEmulatorTls(tlsFlags(flags, io) ?? tls, address.host);
  try {
    const emulator = await started(whereListen(flags), {
      ...address,
      quirks: { ...parseQuirks(quirks), ...flags.quirk },
      seed: flags.seed ?? seed,
      ...(file === null ? {} : { state: await readStateFile(file) }),
      ...(flags.credential.length === 0 ? {} : { credentials: flags.credential }),
      ...(secure === null ? {} : { tls: secure.pair }),
    });
    const { url } = emulator;
    line(io.stdout, JSON.stringify({ event: 'emulator.listening', url, ...secureFields(url, secure) }));
    if (secure !== null && secure.caFile !== null) tellTrust(secure.caFile, io);
    await aborted(io.stopSignal);
    await emulator.close();
    return 0;
  } finally {
    await secure?.close();
  }
}

/** Undefined: the flags say nothing of TLS. Throws a UsageError if they contradict each other. */
function tlsFlags({ tls, tlsCert, tlsKey }: EmulatorFlags, io: Io): TlsSetting | undefined {
  if (tls === true && (tlsCert !== undefined || tlsKey !== undefined)) {
    throw new UsageError('--tls makes a certificate; leave it out to use that of --tls-cert and --tls-key');
  }
  if (tls === true) return 'generate';
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError(`--tls-cert and --tls-key go together; add --tls-${tlsCert ? 'key' : 'cert'} FILE`);
  }
  return { certFile: path.resolve(io.cwd, tlsCert), keyFile: path.resolve(io.cwd, tlsKey) };
}

/** For a person who starts it in a terminal; scripts take `ca` from the first line. */
function tellTrust(caFile: string, io: Io): void {
  const lines = [
    'https is answered on the same port. Its certificate is of this start only; clients trust it by',
    ...TRUST_VARIABLES.map(([name, clients]) => `  export ${name}='${caFile}'  # ${clients}`),
    'Settings of each client: docs/emulator-clients.md',
  ];
  for (const text of lines) line(io.stderr, text);
}

const TRUST_VARIABLES = [
  ['NODE_EXTRA_CA_CERTS', 'Node.js: the SDKs, Rampart'],
  ['SSL_CERT_FILE', 'Go: aliyun, terraform, ecctl, the SDKs; Python: alibabacloud_*'],
  ['ALIBABA_CLOUD_CA_BUNDLE', 'Python: aliyun-python-sdk-*'],
] as const;

/** The flag or key that has the address. */
const whereListen = ({ listen, config }: EmulatorFlags): string =>
  listen === undefined && config !== undefined ? keyOfConfig('emulator.listen') : '`--listen`';

/** `where`: as above. */
async function started(where: string, options: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    if (!isIoError(error)) throw error;
    throw new UsageError(
      `the emulator cannot listen: ${error.message}; ${listenAdvice(error.message, where)}`,
    );
  }
}

/** The config has to be named here: one that lies about is meant for the daemon and the emulator beside it. */
const settingsOf = (flags: EmulatorFlags): EmulatorConfig =>
  flags.config === undefined ? emulatorDefaults() : readConfig(flags).emulator;

/** Reads a state file of the emulator. Throws a UsageError that says what is wrong with it. */
/** `key`: where the file is named, if not on the command line. */
export async function readStateFile(file: string, key?: string): Promise<State> {
  try {
    return parseState(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const isOurs = error instanceof SyntaxError || error instanceof InputError || isIoError(error);
    if (!isOurs) throw error;
    const where = key === undefined ? '' : `${key}: `;
    const cure = isIoError(error)
      ? '; name a file such as emulator/example-state.json, or remove the key for an empty cloud'
      : '';
    throw new UsageError(`${where}${file}: ${error.message}${key === undefined ? '' : cure}`);
  }
}

function quirkFlag(text: string, before: Partial<Quirks>): Partial<Quirks> {
  try {
    return { ...before, ...parseQuirk(text) };
  } catch (error) {
    if (error instanceof InputError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function seedFlag(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number from 0 to 999999999');
  return Number(text);
}

function credentialFlag(text: string, before: readonly CredentialOptions[]): readonly CredentialOptions[] {
  const [, userName, accessKeyId, accessKeySecret] = /^(?:([^@:]+)@)?([^:]+):(.+)$/s.exec(text) ?? [];
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    throw new InvalidArgumentError('write ID:SECRET, or USER@ID:SECRET');
  }
  // Not an InvalidArgumentError, whose message repeats the secret.
  if (before.some((key) => key.accessKeyId === accessKeyId)) {
    throw new UsageError(`--credential: the id ${accessKeyId} is given twice`);
  }
  const principal = userName === undefined ? {} : { principal: { type: 'ram-user', userName } as const };
  return [...before, { accessKeyId, accessKeySecret, ...principal }];
}
