// `rampart init` in this process: what it writes passes `validate`, and replaces nothing; from there to an empty plan.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});
afterEach(() => workspace.dispose());

const run = (command: string) => workspace.runHere(command.split(' '));
const read = (file: string): string => readFileSync(path.join(workspace.folder, file), 'utf8');

test.each(['default', 'accessKey', 'ecsRamRole', 'emulator'])(
  'a first config with credentials %s passes validate, and only observes',
  async (credentials) => {
    const written = await run(`init --credentials ${credentials}`);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(written.stdout).toMatch(
      /^written: policies\/schema\.json\n(written: .*\n)+\nNext:\n( {2}.*rampart.*\n){3}$/,
    );
    expect(read('config.yaml')).toContain('mode: observe');
    expect(read('config.yaml')).toContain('requireClean: false');
    expect(read('policies/shared.yaml')).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json/);
    expect(await run('validate')).toMatchObject({ code: 0 });
  },
);

test('from nothing to an empty plan: init, doctor, import --all, plan', async () => {
  await withEmulator({ state: { securityGroups: [wireGroup('sg-web')] } }, async (emulator) => {
    const { stdout } = await run('init --credentials emulator --json');
    const { next } = JSON.parse(stdout) as { next: string[] };
    expect(next.map((each) => each.replace(/^.*rampart /, ''))).toEqual([
      'doctor',
      'import --all --out policies',
      'plan',
    ]);
    const config = read('config.yaml').replace('endpoint: embedded', `endpoint: ${emulator.url}`);
    writeFileSync(path.join(workspace.folder, 'config.yaml'), config);
    expect(await run('doctor')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('import --all --out policies')).toMatchObject({ code: 0 });
    expect(existsSync(path.join(workspace.folder, 'policies/sg-web.yaml'))).toBe(true);
    expect(await run('plan')).toMatchObject({ code: 0 });
  });
});

test('no file that is there is replaced', async () => {
  workspace.write('policies/shared.yaml', 'version: 1\n');
  const first = await run('init');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toContain('is there already, and stays as it is: policies/shared.yaml\n');
  expect(read('policies/shared.yaml')).toBe('version: 1\n');

  workspace.write('config.yaml', 'mine');
  const again = await run('init');
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('config.yaml is there already: nothing was written');
  expect(read('config.yaml')).toBe('mine');
});

test('in a git work tree the policies must be committed, and the journal is left out of git', async () => {
  workspace.write('.git/HEAD', 'ref: refs/heads/main\n');
  const { code, stdout, stderr } = await run('init');
  expect(code).toBe(0);
  // What else lies there is no business of ours.
  const files = 'policies/schema.json policies/shared.yaml config.schema.json .gitignore config.yaml';
  expect(stdout + stderr).toContain(`git add ${files} && git commit`);
  expect(read('config.yaml')).toContain('requireClean: true');
  expect(read('.gitignore')).toBe('.rampart/\n');
});
