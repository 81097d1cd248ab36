// docs/getting-started.md, walked through: its commands in their order, against the emulator of its rehearsal, with what
// the text between them asks for.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT_FOLDER } from '../../test/support/example-workspace.ts';
import { freePort } from '../../test/support/free-port.ts';
import { Workspace, type RampartProcess } from '../../test/support/rampart.ts';
import { blocksOf } from './page-blocks.ts';
import { atColumns, commandsIn, onlyLines, typed, type Printed } from './shell.ts';

const PAGE = path.join(ROOT_FOLDER, 'docs/getting-started.md');
const CONFIG = 'config.yaml';
const DATABASE = 'policies/sg-bp1db.yaml';

/** Which lines of a command the page shows, by the name of the transcript: the first such command that the page has. */
const SHOWN: ReadonlyArray<readonly [name: string, command: RegExp, lines: RegExp]> = [
  ['init', /^rampart init/, /^written/],
  [
    'doctor',
    /^rampart doctor/,
    /config {6}|policies|clock|DescribeSecurityGroups |RevokeSecurityGroup |broken,/,
  ],
  ['import', /^rampart import/, /^policies|imported$/],
  ['plan-nothing', /^rampart plan$/, /./],
  ['status', /^rampart status/, /^mode|groups converged|sg-bp1db/],
  ['plan-group', /^rampart plan --group/, /./],
  ['check', /^rampart check/, /^drop|decided by/],
  ['history', /^rampart history/, /./],
];

/** What an import says of its files is data, and what came of it all is not. */
const linesOf = ({ stdout, stderr }: Printed): string =>
  stdout + (/^\d+ groups? .*$/m.exec(stderr)?.[0] ?? '');

const COLUMNS = 130;
const shownLines = (text: string, fits: RegExp): string => atColumns(onlyLines(text, fits), COLUMNS);

/** @param ran is told each line of the page that was run */
export async function tenSteps(ran: (line: string) => void): Promise<Map<string, string>> {
  const [emulatorPort, statusPort] = [await freePort(), await freePort()];
  const walk = new StepWalk(`127.0.0.1:${emulatorPort}`, `127.0.0.1:${statusPort}`);
  try {
    for (const line of blocksOf(readFileSync(PAGE, 'utf8')).flatMap(commandsIn)) {
      if (await walk.take(line)) ran(line);
    }
    return walk.texts;
  } finally {
    await walk.end();
  }
}

class StepWalk {
  readonly texts = new Map<string, string>();
  readonly #workspace = new Workspace();
  readonly #emulator: string;
  readonly #status: string;
  #daemon: RampartProcess | null = null;

  constructor(emulator: string, status: string) {
    this.#emulator = emulator;
    this.#status = status;
  }

  /** Does what this line of the page says; false: it cannot be done here. */
  async take(line: string): Promise<boolean> {
    // It needs a git source, which the rehearsal does not have.
    if (line.startsWith('rampart rollback ')) return false;
    if (line.startsWith('rampart emulator')) await this.#startEmulator(line);
    else if (line === 'rampart run') await this.#startDaemon();
    else if (line.startsWith('kill -HUP')) await this.#reload();
    else await this.#type(line);
    return true;
  }

  async end(): Promise<void> {
    await this.#daemon?.stop();
    await this.#workspace.dispose();
  }

  async #startEmulator(line: string): Promise<void> {
    const here = line.replace('127.0.0.1:8480', this.#emulator).replace('/opt/rampart/', ROOT_FOLDER);
    await this.#workspace.start(here.split(' ').slice(1)).event('emulator.listening');
  }

  async #startDaemon(): Promise<void> {
    this.#daemon = this.#workspace.start(['run']);
    await this.#daemon.event('daemon.ready');
  }

  async #reload(): Promise<void> {
    const from = this.#linesSoFar;
    this.#daemon?.kill('SIGHUP');
    await this.#daemon?.event('policies.loaded', {}, from);
  }

  async #type(line: string): Promise<void> {
    const from = this.#linesSoFar;
    const printed = await typed(this.#workspace.folder, this.#here(line));
    const shown = SHOWN.find(([name, command]) => command.test(line) && !this.texts.has(name));
    if (shown !== undefined) this.texts.set(shown[0], shownLines(linesOf(printed), shown[2]));
    if (line.startsWith('rampart init')) this.#rehearse();
    if (line === LAST_OF_OBSERVING)
      this.#edit(DATABASE, (text) => text.replace(/^.*migration, remove.*\n/m, ''));
    if (line === LAST_OF_REVIEW)
      this.#edit(DATABASE, (text) => text.replace(/( *)region: .*\n/, '$&$1mode: enforce\n'));
    if (line === LAST_OF_ENFORCING) this.#edit(CONFIG, (text) => text + GUARDRAILS);
    if (line.includes('enforce"')) await this.#carriedOut(from);
  }

  async #carriedOut(from: number): Promise<void> {
    const call = await this.#daemon?.event('call.succeeded', {}, from);
    this.texts.set('log-line', JSON.stringify(call));
    await this.#daemon?.event('group.converged', { changes: 1 }, from);
  }

  /** The lines of the page fit its reader's machine; and the reader rehearses. */
  #here(line: string): string {
    return line
      .replace(/^mkdir \w+ && cd \w+ && /, '')
      .replace('--credentials default', '--credentials emulator')
      .replace('127.0.0.1:8481', this.#status)
      .replace(/^git revert COMMIT$/, 'git revert --no-edit HEAD~1');
  }

  #rehearse(): void {
    this.#edit(CONFIG, (text) =>
      text.replace('embedded', `http://${this.#emulator}`).replace('127.0.0.1:8481', this.#status),
    );
  }

  get #linesSoFar(): number {
    return this.#daemon?.lines.length ?? 0;
  }

  #edit(file: string, change: (text: string) => string): void {
    const before = this.#workspace.read(file);
    const after = change(before);
    if (after === before) throw new Error(`${file} holds nothing to edit: ${before}`);
    this.#workspace.write(file, after);
  }
}

const LAST_OF_OBSERVING = 'rampart status';
const LAST_OF_REVIEW = 'git commit -am "sg-bp1db: the migration is over"';
const LAST_OF_ENFORCING = 'git revert COMMIT';

/** As step 8 says it. */
const GUARDRAILS = `
guardrails:
  - use: cis-alibaba-4.3
  - use: cis-alibaba-4.4
`;
