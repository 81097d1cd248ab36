// What the emulator's pages show of its first line.
import { Workspace } from '../../test/support/rampart.ts';

const STARTS: ReadonlyArray<readonly [name: string, line: string]> = [
  ['emulator', 'npx rampart emulator --state groups.json --quirk batchAtomic=false --seed 7'],
  ['emulator-tls', 'npx rampart emulator --tls --listen 127.0.0.1:8480'],
];

export async function emulatorStarts(ran: (line: string) => void): Promise<Map<string, string>> {
  const workspace = new Workspace();
  workspace.write('groups.json', '{"securityGroups":[]}');
  const texts = new Map<string, string>();
  try {
    for (const [name, line] of STARTS) {
      const args = line.replace('127.0.0.1:8480', '127.0.0.1:0').split(' ').slice(2);
      const emulator = workspace.start(args, { TMPDIR: workspace.folder });
      await emulator.event('emulator.listening');
      texts.set(name, `$ ${line}\n${emulator.output}`);
      await emulator.stop();
      ran(line);
    }
    return texts;
  } finally {
    await workspace.dispose();
  }
}
