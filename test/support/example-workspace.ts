// The example of a clone in a folder of its own, with ports of its own: what `npm start` runs.
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { Workspace } from './rampart.ts';

export const ROOT_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

const inRoot = (file: string) => path.join(ROOT_FOLDER, file);

/** What `npm start` runs once it has built. */
export function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const [, command] = scripts.start.split('node dist/daemon/main.js ');
  if (command === undefined) throw new Error(`npm start runs something else: ${scripts.start}`);
  return command.split(' ');
}

export interface ExampleWorkspace {
  readonly workspace: Workspace;
  /** Of the emulator that the daemon starts. */
  readonly emulatorUrl: string;
}

export async function exampleWorkspace(): Promise<ExampleWorkspace> {
  const workspace = new Workspace();
  // The daemon and the plan beside it are told the same one.
  const port = await freePort();
  const config = readFileSync(inRoot('config.example.yaml'), 'utf8')
    .replace('listen: 127.0.0.1:8480', `listen: 127.0.0.1:${port}`)
    .replace('listen: 127.0.0.1:8481', 'listen: 127.0.0.1:0');
  workspace.write('config.example.yaml', config);
  for (const entry of ['policies', 'emulator/example-state.json']) {
    cpSync(inRoot(entry), path.join(workspace.folder, entry), { recursive: true });
  }
  return { workspace, emulatorUrl: `http://127.0.0.1:${port}` };
}
