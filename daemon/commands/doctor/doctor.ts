// `rampart doctor`: everything that this config needs, one line each, with its cure. Reads alone; what would be a write is only
// printed, unless `--try-writes` is given and a person says yes.
import { InvalidArgumentError, type Command } from 'commander';
import { GROUP_ID } from '../../../reconciler/policy/schema/peer-text.ts';
import { canAsk } from '../../cli/ask.ts';
import { UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { popTransportOf, type TransportPorts } from '../../compose/assemble.ts';
import type { EmbeddedEmulator } from '../../compose/open-engine.ts';
import { Secrets } from '../../compose/secrets.ts';
import { addCommonFlags, addTimeoutFlag, DEFAULT_TIMEOUT_MS, type CommonFlags } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import { embeddedEmulator } from '../embedded-emulator.ts';
import { broken, splitAdvice, untried } from './check.ts';
import { cloudChecks, checkedPlaces, type CloudPorts } from './cloud-checks.ts';
import { configChecks } from './config-checks.ts';
import { journalChecks } from './journal-checks.ts';
import { policyChecks } from './policy-checks.ts';
import { DoctorReport } from './report.ts';
import { tryWrites, type TriedWrites } from './try-writes.ts';

interface DoctorFlags extends CommonFlags {
  readonly json?: true;
  readonly tryWrites?: true;
  readonly group?: string;
}

export function addDoctorCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('doctor')))
    .description(
      'Check everything that this config needs, and say how to mend what is broken. Exit code: 0 nothing is broken, 1 something is.',
    )
    .option('--json', 'print one JSON document')
    .option('--try-writes', 'ask, then send a Revoke and a Modify that can change nothing; needs --group')
    .option('--group <ID>', 'with --try-writes: the only group that they are sent to', groupToTry)
    .addHelpText(
      'after',
      '\nThe cloud is only read: of each write the RAM statement is printed that it needs. With --try-writes two are sent,' +
        '\nby the id of a rule that does not exist, after a question at the terminal, and never where rules have no ids.',
    )
    .action((flags: DoctorFlags) => runDoctor(flags, io).then(done));
}

function groupToTry(text: string): string {
  if (!GROUP_ID.test(text))
    throw new InvalidArgumentError('write the id of a security group, such as sg-bp1web');
  return text;
}

async function runDoctor(flags: DoctorFlags, io: Io): Promise<ExitCode> {
  refuseHalf(flags, io);
  const report = new DoctorReport(io, { json: flags.json === true, color: flags.color });
  const { config, checks, isUnsafe } = configChecks(flags, io);
  report.add(checks);
  if (config !== null) await checkAllOf(config, { flags, io, report, isUnsafe });
  report.end();
  return report.isBroken || io.stopSignal.aborted ? 1 : 0;
}

function refuseHalf({ tryWrites: tries, group }: DoctorFlags, io: Io): void {
  if (tries === undefined && group !== undefined)
    throw new UsageError('--group is for --try-writes: add it, or leave --group out');
  if (tries === undefined) return;
  if (group === undefined)
    throw new UsageError('--try-writes needs --group ID: the only group that they are sent to');
  if (!canAsk(io)) throw new UsageError('--try-writes asks before it sends anything: run it at a terminal');
}

interface Examination {
  readonly flags: DoctorFlags;
  readonly io: Io;
  readonly report: DoctorReport;
  readonly isUnsafe: boolean;
}

/** What stands at the end needs the least of what stands before it: a failure ends nothing but what rests on it. */
async function checkAllOf(config: Config, examination: Examination): Promise<void> {
  const { flags, io, report } = examination;
  const timeoutMs = flags.timeout ?? DEFAULT_TIMEOUT_MS;
  const policies = await report.during('policies and git', () => policyChecks(config, timeoutMs, io));
  report.add(policies.checks);
  report.add([await report.during('the journal', () => journalChecks(config, flags, io))]);
  if (examination.isUnsafe) {
    report.add([untried('endpoint', 'nothing is asked of the cloud until the environment is as said above')]);
    return;
  }
  const emulator = await emulatorOf(config, report);
  const reachable = emulator === 'broken' ? withoutEmbedded(config) : config;
  const started = emulator === 'broken' ? null : emulator;
  try {
    await checkCloud(reachable, { ...examination, emulator: started, groups: policies.groups, timeoutMs });
  } finally {
    await started?.close();
  }
}

/** The accounts that an emulator which does not start leaves. */
const withoutEmbedded = (config: Config): Config => ({
  ...config,
  accounts: Object.fromEntries(
    Object.entries(config.accounts).filter(([, { endpoint }]) => endpoint.kind !== 'embedded'),
  ),
});

interface CloudExamination extends Examination {
  readonly emulator: EmbeddedEmulator | null;
  readonly groups: readonly DesiredGroup[];
  readonly timeoutMs: number;
}

async function checkCloud(config: Config, examination: CloudExamination): Promise<void> {
  const { flags, io, report, emulator, groups, timeoutMs } = examination;
  const transport = { secrets: new Secrets(), env: io.env, emulatorUrl: emulator?.url ?? null };
  const ports = { config, io, groups, transport, timeoutMs };
  const { group } = flags;
  const ask = async (id: string): Promise<TriedWrites> => {
    report.clear();
    return tryWrites(writePorts(ports, id));
  };
  const writes = group === undefined ? null : () => ask(group);
  const { checks, rates } = await report.during('the cloud', () => cloudChecks(ports, writes));
  report.add(checks);
  report.addRates(rates);
}

function writePorts(ports: CloudPorts, group: string) {
  const { config, io, groups, transport, timeoutMs } = ports;
  const named = groups.filter(({ selector }) => selector.kind === 'id' && selector.id === group);
  return {
    io,
    group,
    places: named.length > 0 ? named : checkedPlaces(config, groups),
    accountOf: (name: string) => accountNamed(config, name),
    transportOf: (name: string) => ecsOf(config, name, transport),
    timeoutMs,
  };
}

const ecsOf = (config: Config, name: string, transport: TransportPorts) =>
  popTransportOf(accountNamed(config, name), transport);

function accountNamed({ accounts }: Config, name: string): Config['accounts'][string] {
  const account = accounts[name];
  if (account === undefined) throw new Error(`account ${name} is not in the config`);
  return account;
}

/** The one that accounts of the config are in, if there are such; it may be that of a daemon. */
async function emulatorOf(config: Config, report: DoctorReport): Promise<EmbeddedEmulator | null | 'broken'> {
  try {
    return await embeddedEmulator(config);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    report.add([broken('emulator', ...splitAdvice(error.message, 'correct `emulator` in the config'))]);
    return 'broken';
  }
}
