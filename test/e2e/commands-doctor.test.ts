// `rampart doctor` in this process: what it looks at, what it asks of the cloud, what it says of journal and git, and the
// writes that it tries after a question.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../daemon/clock.ts';
import { holdExclusively } from '../../daemon/journal/sqlite/exclusive.ts';
import { RETENTION } from '../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../daemon/journal/sqlite/sqlite.ts';
import { Clinic, saidOf } from '../support/clinic.ts';
import { runAtTerminal } from '../support/command.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { EMULATOR_KEY } from '../support/signing.ts';

const isNoRead = ({ action, effect }: { readonly action: string; readonly effect: boolean }): boolean =>
  effect || (action !== '' && !READS.test(action));

let clinic: Clinic;

beforeEach(async () => {
  clinic = await Clinic.open();
});
afterEach(() => clinic.close());

const READS = /^(Describe|List|Lookup)/;

describe('where everything is right', () => {
  test('each thing has a line, no write is sent, and each write is printed with its RAM statement', async () => {
    const { code, stdout, stderr } = await clinic.workspace.runHere(['doctor']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    for (const check of [
      'config',
      'policies',
      'git',
      'journal',
      'clock',
      'endpoint',
      'credentials',
      'ram',
      'rates',
    ]) {
      expect(lines.some((line) => line.startsWith(`ok         ${check.padEnd(11)}  `))).toBe(true);
    }
    const untried = lines.filter((line) => line.startsWith('not tried'));
    expect(untried).toHaveLength(6);
    for (const line of untried) {
      const [, action = ''] = /: (ecs:\w+) \(/.exec(line) ?? [];
      expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({ Effect: 'Allow', Action: action });
    }
    expect((await clinic.emulator.calls()).filter(isNoRead)).toEqual([]);
    expect(stdout).toMatch(/\n0 broken, 0 warnings, 6 not tried, \d+ ok\n$/);
  });

  test('an account without groups is looked at too, and each region of one with groups', async () => {
    clinic.workspace.write(
      'config.yaml',
      clinic.config.replace(
        'accounts:',
        `accounts:\n  spare: {credentials: {type: emulator}, endpoint: "${clinic.emulator.url}"}`,
      ),
    );
    clinic.workspace.write('policies/far.yaml', policyFor('sg-far', []).replace('cn-hangzhou', 'eu-west-1'));
    const { checks } = await clinic.examine();
    const places = checks.filter(({ check }) => check === 'endpoint');
    expect(places).toMatchObject([
      { account: 'spare', regions: ['cn-hangzhou'] },
      { account: 'default', regions: ['cn-hangzhou'] },
      { account: 'default', regions: ['eu-west-1'] },
    ]);
    const listing = checks.filter(({ action }) => action === 'ecs:DescribeSecurityGroups');
    expect(listing).toMatchObject([{ regions: ['cn-hangzhou'] }, { regions: ['cn-hangzhou', 'eu-west-1'] }]);
  });

  test('what the account may call a minute stands beside what is configured', async () => {
    await clinic.emulator.setQuirks({
      rateLimits: { ModifySecurityGroupRule: 300, DescribeSecurityGroups: 40 },
    });
    const before = await clinic.examine();
    expect(before.rates).toEqual([
      {
        account: 'default',
        region: 'cn-hangzhou',
        operation: 'ModifySecurityGroupRule',
        configuredPerMinute: 60,
        quotaPerMinute: 300,
      },
      {
        account: 'default',
        region: 'cn-hangzhou',
        operation: 'DescribeSecurityGroups',
        configuredPerMinute: 300,
        quotaPerMinute: 40,
      },
    ]);
    const [good, high] = before.checks.filter(({ check }) => check === 'rates');
    expect(good).toMatchObject({ state: 'ok' });
    expect(high).toMatchObject({ state: 'warning' });
    const [, limits = ''] = /`(limits: .*)`/.exec(high?.cure ?? '') ?? [];
    clinic.workspace.write('config.yaml', configFor(clinic.emulator.url, `${limits}\n`));
    const after = await clinic.examine();
    expect(after.checks.filter(({ check }) => check === 'rates')).toMatchObject([
      { state: 'ok' },
      { state: 'ok' },
    ]);
    expect(after.rates[1]).toMatchObject({ configuredPerMinute: 40 });
  });
});

describe('the journal', () => {
  const withHttp = async (): Promise<string> =>
    clinic.config.replace('"off"', `"127.0.0.1:${await freePort()}"`);

  test('that is held by another process is broken, and right when that has ended', async () => {
    clinic.workspace.write('config.yaml', await withHttp());
    const file = path.join(clinic.workspace.folder, '.rampart/journal.db');
    mkdirSync(path.dirname(file));
    const ports = { clock: systemClock, randomByte: () => 7, retention: RETENTION };
    const begun = openSqliteJournal(file, ports);
    if (begun.ok) await begun.value.close();
    const other = holdExclusively(`${file}.lock`);
    const before = saidOf(await clinic.examine(), 'journal');
    expect(before).toMatchObject({ state: 'broken' });
    expect(before.cure).toContain('stop the other process');
    other?.close();
    expect(saidOf(await clinic.examine(), 'journal')).toMatchObject({ state: 'ok' });
  });

  test('that is another file is not touched', async () => {
    clinic.workspace.write('.rampart/journal.db', 'a diary');
    const before = saidOf(await clinic.examine(), 'journal');
    expect(before).toMatchObject({ state: 'broken' });
    expect(before.cure).toContain('`journal.url`');
    clinic.workspace.write('config.yaml', clinic.config.replace('journal.db', 'mine.db'));
    expect(saidOf(await clinic.examine(), 'journal')).toMatchObject({ state: 'ok' });
  });

  test('of which there is none yet is not begun', async () => {
    expect(saidOf(await clinic.examine(), 'journal')).toMatchObject({ state: 'ok' });
    expect(execFileSync('ls', ['-A'], { cwd: clinic.workspace.folder, encoding: 'utf8' })).toBe(
      'config.yaml\npolicies\n',
    );
  });
});

describe('git', () => {
  const clean = (): string => clinic.config.replace('settleSeconds', 'requireClean: true, settleSeconds');

  onlyWith('git', test)('must hold the policies where they must be clean', async () => {
    clinic.workspace.write('config.yaml', clean());
    const none = saidOf(await clinic.examine(), 'git');
    expect(none).toMatchObject({ state: 'broken' });
    expect(none.cure).toContain('`policies.requireClean: false`');
    const repository = new GitRepository(clinic.workspace.folder);
    repository.commit();
    expect(saidOf(await clinic.examine(), 'git')).toMatchObject({ state: 'ok' });
    clinic.workspace.write('policies/new one.yaml', 'version: 1\n');
    const dirty = saidOf(await clinic.examine(), 'git');
    expect(dirty).toMatchObject({ state: 'broken' });
    const [, command = ''] = /`(.*)`/.exec(dirty.cure) ?? [];
    const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
    execFileSync('bash', ['-c', command.replace('git commit', `git ${who.join(' ')} commit -qm x`)], {
      cwd: clinic.workspace.folder,
    });
    expect(saidOf(await clinic.examine(), 'git')).toMatchObject({ state: 'ok' });
  });

  onlyWith('git', test)(
    'that refuses the checkout of another user is told with the command that lets it',
    async () => {
      // Git's own way to try this without another user.
      const script = `#!/bin/sh\nPATH="${process.env.PATH ?? ''}" GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n`;
      clinic.workspace.write('tools/git', script);
      chmodSync(path.join(clinic.workspace.folder, 'tools/git'), 0o755);
      clinic.workspace.write('config.yaml', clean());
      new GitRepository(clinic.workspace.folder).commit();
      const env = {
        HOME: clinic.workspace.folder,
        PATH: `${clinic.workspace.folder}/tools:${process.env.PATH ?? ''}`,
      };
      const before = saidOf(await clinic.examine([], env), 'git');
      expect(before).toMatchObject({ state: 'broken' });
      const [, command = ''] = /`(git config .*)`/.exec(before.cure) ?? [];
      execFileSync('bash', ['-c', command], { env });
      expect(saidOf(await clinic.examine([], env), 'git')).toMatchObject({ state: 'ok' });
    },
  );
});

describe('--try-writes', () => {
  const tryWrites = (answer: string, group = 'sg-web') =>
    runAtTerminal(clinic.workspace.folder, ['doctor', '--try-writes', '--group', group], answer);
  const sent = async () => (await clinic.emulator.calls()).filter(isNoRead);

  test('after a yes one Revoke and one Modify by an unknown rule id go to that group, and change nothing', async () => {
    const before = await clinic.emulator.state();
    const { code, stdout, stderr } = await tryWrites('y');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Send to sg-web (account default, region cn-hangzhou) a RevokeSecurityGroup and a Modify',
    );
    expect(stderr).toContain('checking the cloud ...');
    const calls = await sent();
    expect(calls).toMatchObject([
      { action: 'RevokeSecurityGroup', effect: false, params: { SecurityGroupId: 'sg-web' } },
      { action: 'ModifySecurityGroupRule', effect: false, params: { SecurityGroupId: 'sg-web' } },
    ]);
    const [id] = calls.map(({ params }) => params['SecurityGroupRuleId.1'] ?? '');
    expect(stderr).toContain(`by the rule id ${id ?? ''}, which does not exist?`);
    expect(calls[1]?.params).toMatchObject({ SecurityGroupRuleId: id });
    expect(await clinic.emulator.state()).toEqual(before);
    expect(stdout).toMatch(/\nok +ram +default cn-hangzhou: ecs:RevokeSecurityGroup is allowed/);
    expect(stdout).toMatch(/\nok +ram +default cn-hangzhou: ecs:ModifySecurityGroupRule is allowed/);
    expect(stdout.match(/\nnot tried/g)).toHaveLength(4);
  });

  test.each(['n', ''])('after the answer "%s" nothing is sent', async (answer) => {
    const { code, stdout } = await tryWrites(answer);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing was sent to sg-web');
    expect(await sent()).toEqual([]);
  });

  test('a write that RAM denies is broken, with its statement', async () => {
    const actions = ['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute', 'RevokeSecurityGroup'];
    await clinic.replaceEmulator({ credentials: [{ ...EMULATOR_KEY, allow: { actions } }] });
    const { code, stdout } = await tryWrites('y');
    expect(code).toBe(1);
    const [line = ''] = stdout.split('\n').filter((each) => each.startsWith('broken'));
    expect(line).toContain('ecs:ModifySecurityGroupRule is denied');
    expect(line).toContain('{"Effect":"Allow","Action":"ecs:ModifySecurityGroupRule","Resource":"*"}');
  });

  test('nothing is asked or sent under the API of 2019, whether the config says so or the rules do', async () => {
    await clinic.emulator.setQuirks({ apiLevel: 'legacy2019' });
    const found = await tryWrites('y');
    expect(found.stdout).toContain('the rules of sg-web have no ids');
    clinic.configure((config) => config.replace('type: emulator}', 'type: emulator}, apiLevel: legacy2019'));
    const said = await tryWrites('y');
    expect(said.stdout).toContain('`accounts.default.apiLevel` is legacy2019');
    for (const { code, stderr } of [found, said]) {
      expect(code).toBe(1);
      expect(stderr).not.toContain('[y/N]');
    }
    expect(await sent()).toEqual([]);
  });

  test('a group without rules does not show whether rules have ids, unless the config says so', async () => {
    await clinic.emulator.setState({ securityGroups: [wireGroup('sg-web')] });
    const { code, stdout } = await tryWrites('y');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'cure: name a group that has rules, or write `current` in `accounts.default.apiLevel`',
    );
    expect(await sent()).toEqual([]);
    clinic.configure((config) => config.replace('type: emulator}', 'type: emulator}, apiLevel: current'));
    expect((await tryWrites('y')).code).toBe(0);
    expect(await sent()).toHaveLength(2);
  });

  test.each([
    ['a group of a cloud product', { ServiceManaged: true }, 'sg-web'],
    ['a group that there is not', {}, 'sg-none'],
  ])('%s is never written to', async (_, fields, group) => {
    await clinic.emulator.setState({ securityGroups: [{ ...wireGroup('sg-web'), ...fields }] });
    const { code, stdout } = await tryWrites('y', group);
    expect(code).toBe(1);
    expect(stdout).toContain('no write was tried');
    expect(await sent()).toEqual([]);
  });

  test.each([
    [['--try-writes'], 'needs --group ID'],
    [['--group', 'sg-web'], '--group is for --try-writes'],
    [['--try-writes', '--group', 'sg-web'], 'run it at a terminal'],
    [['--try-writes', '--group', 'web'], 'such as sg-bp1web'],
  ])('%j is refused: %s', async (flags, why) => {
    const { code, stderr } = await clinic.workspace.runHere(['doctor', ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain(why);
    expect(await clinic.emulator.calls()).toEqual([]);
  });
});
