// Between npm and the daemon stands the shell of the script. A signal to that shell must reach the daemon, or it lives
// on and holds the journal and the port.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Workspace } from '../support/rampart.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

const workspace = new Workspace();
afterAll(() => workspace.dispose());

test('SIGTERM to the shell of `npm start` stops the daemon', async () => {
  workspace.write('package.json', JSON.stringify({ scripts: { build: 'node -e 0', start: scripts.start } }));
  workspace.write(
    'config.example.yaml',
    readFileSync(path.join(ROOT, 'config.example.yaml'), 'utf8').replace(
      /(listen: 127\.0\.0\.1):\d+/g,
      '$1:0',
    ),
  );
  for (const entry of ['dist', 'node_modules']) {
    symlinkSync(path.join(ROOT, entry), path.join(workspace.folder, entry));
  }
  for (const entry of ['policies', 'emulator/example-state.json']) {
    cpSync(path.join(ROOT, entry), path.join(workspace.folder, entry), { recursive: true });
  }
  const npm = spawn('npm', ['start'], { cwd: workspace.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(npm, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: npm.stdout })) {
    lines.push(line);
    if (line.includes('daemon.ready')) process.kill(childOf(npm.pid), 'SIGTERM');
  }
  await ended;
  expect(lines.filter((line) => line.includes('daemon.stopping'))).toEqual([
    expect.stringContaining('SIGTERM'),
  ]);
  expect(lines.at(-1)).toContain('daemon.stopped');
});

function childOf(parent: number | undefined): number {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' });
  return Number(stdout.trim().split('\n')[0]);
}
