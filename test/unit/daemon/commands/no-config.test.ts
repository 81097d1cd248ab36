// A folder without a config: nothing may reach a cloud from there.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
// Loaded here, and not in the time of the first test: almost all of the daemon comes with it.
import '../../../../daemon/commands/run.ts';
import { runCommand } from '../../../support/command.ts';
import { policyFor } from '../../../support/estate.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const NEED_ONE: ReadonlyArray<readonly string[]> = [
  ['run'],
  ['validate'],
  ['plan'],
  ['apply'],
  ['import', '--region', 'cn-hangzhou', '--out', 'imported'],
  [
    'check',
    '--group',
    'sg-1',
    '--direction',
    'ingress',
    '--protocol',
    'tcp',
    '--port',
    '22',
    '--peer',
    '10.0.0.1',
  ],
  ['test'],
  ['explain', '--group', 'sg-1'],
  ['approve', 'abcdef012345', '--reason', 'x'],
  ['adopt', '--group', 'sg-1', '--reason', 'x'],
  ['history'],
  ['pause', '--reason', 'x', '--for', '1h'],
  ['resume'],
  ['status'],
  ['doctor'],
];

describe('without a config', () => {
  it.each(NEED_ONE)(
    '`%s` ends with 1, and names the file that it looked for and one that lies near',
    async (...args) => {
      const folder = await tempFolder({ 'config.yml': '', 'policies/web.yaml': policyFor('sg-1', []) });
      const { code, stdout, stderr } = await runCommand(folder, args, {
        ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
      });
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(`there is no config ${path.join(folder, 'config.yaml')}`);
      expect(stdout + stderr).toContain('--config config.yml');
    },
  );

  it('`test PATH` runs the expectations of that path', async () => {
    const folder = await tempFolder({ 'web.yaml': policyFor('sg-1', []) });
    expect(await runCommand(folder, ['test', 'web.yaml'])).toMatchObject({ code: 0 });
  });

  it('`validate PATH` checks that path by itself, whatever accounts it names', async () => {
    const policy = policyFor('sg-1', []).replace('region:', 'account: elsewhere\n    region:');
    expect(policy).toContain('elsewhere');
    const folder = await tempFolder({ 'web.yaml': policy, 'bad.yaml': 'version: 2\n' });
    const good = await runCommand(folder, ['validate', 'web.yaml']);
    expect(good).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('accounts are not checked') as string,
    });
    expect(await runCommand(folder, ['validate', 'bad.yaml'])).toMatchObject({ code: 1 });
  });

  it.each(NEED_ONE.map(([command = '']) => command))('`%s --help` needs none', async (command) => {
    expect(await runCommand(await tempFolder(), [command, '--help'])).toMatchObject({ code: 0 });
  });
});
