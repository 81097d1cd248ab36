// What the README shows: `npm start`, an edit and a change by hand beside it, and a plan of the drifted start.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  exampleWorkspace,
  ROOT_FOLDER,
  startArguments,
  type ExampleWorkspace,
} from '../../test/support/example-workspace.ts';
import type { RampartProcess } from '../../test/support/rampart.ts';
import { blocksOf } from './page-blocks.ts';
import { atColumns, commandsIn, typed } from './shell.ts';

const COLUMNS = 110;
const SHOWN_URL = 'http://127.0.0.1:8480';
const SHOWN_FOLDER = '/home/ada/rampart';

export async function firstScreen(ran: (line: string) => void): Promise<Map<string, string>> {
  const { workspace, emulatorUrl } = await exampleWorkspace();
  try {
    const world = { workspace, emulatorUrl };
    const plan = await planBeforeStart(world, ran);
    const [start, live] = await seenLive(world, ran);
    const there = (text: string) =>
      text.replaceAll(emulatorUrl, SHOWN_URL).replaceAll(workspace.folder, SHOWN_FOLDER);
    const shown = (text: string) => atColumns(there(text), COLUMNS);
    return new Map([
      ['npm-start', shown(start)],
      ['live-edit', shown(live)],
      ['first-plan', plan],
    ]);
  } finally {
    await workspace.dispose();
  }
}

const README = path.join(ROOT_FOLDER, 'README.md');
const commands = (): string[] => blocksOf(readFileSync(README, 'utf8')).flatMap(commandsIn);

async function planBeforeStart(
  { workspace }: ExampleWorkspace,
  ran: (line: string) => void,
): Promise<string> {
  await typed(workspace.folder, 'git init -q && git add . && git commit -qm "The example"');
  const line = 'npx rampart plan --config config.example.yaml --group sg-bp1db';
  const { stdout } = await typed(workspace.folder, line);
  ran(line);
  return `$ ${line}\n${stdout}`;
}

/** The start's lines, and those that the two changes beside it bring. */
async function seenLive(
  { workspace, emulatorUrl }: ExampleWorkspace,
  ran: (line: string) => void,
): Promise<readonly [start: string, live: string]> {
  const config = workspace.read('config.example.yaml').replace('format: auto', 'format: short');
  workspace.write('config.example.yaml', config);
  const daemon = workspace.start(startArguments());
  await daemon.shows(/reconciled once/);
  const start = startLines(daemon.output);
  const lines = commands().filter((line) => /^(?:echo|curl) /.test(line));
  const live: string[] = [];
  for (const line of lines) {
    const here = line.replaceAll(SHOWN_URL, emulatorUrl);
    live.push(await broughtBy(daemon, line.startsWith('curl'), () => typed(workspace.folder, here)));
    ran(line);
  }
  await daemon.stop();
  return [start, live.join('\n')];
}

/** Of two of the three groups, which are reconciled side by side: whose line comes when is another in each run. */
function startLines(output: string): string {
  const lines = output.split('\n');
  const those = (fits: RegExp) => lines.filter((line) => fits.test(line));
  const parts = [/Rampart |Policies/, /(?: {2}|for )sg-bp1db/, /…/, /is ignored|pl-bp1cdn/, /…/, ENDS];
  return parts.flatMap((part) => (part.source === '…' ? ['…'] : those(part))).join('\n');
}

const ENDS = /converged {2}sg-bp1web|reconciled once/;

/** The lines of the group that a change brings; who made it comes last, since it is asked of another service. */
async function broughtBy(
  daemon: RampartProcess,
  byHand: boolean,
  change: () => Promise<unknown>,
): Promise<string> {
  const from = daemon.output.length;
  await change();
  await daemon.shows(/converged {2}sg-bp1web .* 1 call/, from);
  if (byHand) await daemon.shows(/was changed by/, from);
  const lines = daemon.output.slice(from).split('\n');
  const ofGroup = lines.filter((line) => line.includes('sg-bp1web') && !line.includes(' 0 calls'));
  const isWho = (line: string) => line.includes('was changed by');
  return [...ofGroup.filter((line) => !isWho(line)), ...ofGroup.filter(isWho)].join('\n');
}
