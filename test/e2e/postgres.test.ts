// The journal in a real PostgreSQL, through the built binary: the daemon and the commands on it, and what becomes of both
// while the database is gone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { postgresOfFile } from '../support/postgres.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';
const DNS = 'protocol: udp, ports: 53, from: 203.0.113.0/24';

describe('a daemon whose journal is in PostgreSQL', () => {
  const postgres = postgresOfFile();
  let emulator: TestEmulator;
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = new Workspace();
    emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
    const url = await postgres.freshDatabase();
    const config = configFor(emulator.url).replace('{url: .rampart/journal.db}', `{url: "${url}"}`);
    workspace.write('config.yaml', config.replace('http: {listen: "off"}', 'http: {listen: 127.0.0.1:0}'));
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
  });
  afterEach(async () => {
    await workspace.dispose();
    await emulator.close();
  });

  async function startConverged(): Promise<RampartProcess> {
    const daemon = workspace.start(['run']);
    await daemon.event('group.converged', { group: 'sg-web' });
    return daemon;
  }

  const ports = async () =>
    ((await emulator.state()).securityGroups[0]?.Permissions ?? []).map(({ PortRange }) => PortRange).sort();

  const writes = async () =>
    (await emulator.calls())
      .filter(({ action }) => !action.startsWith('Describe'))
      .map(({ action }) => action);

  it('converges, and shows its history to a command, which ends with the daemon gone too', async () => {
    const daemon = await startConverged();
    expect(await ports()).toEqual(['443/443']);
    const shown = await workspace.run(['history', '--json']);
    expect(shown).toMatchObject({ code: 0 });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      calls: [{ group: 'sg-web', operation: 'AuthorizeSecurityGroup', result: 'applied' }],
    });
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect((await workspace.run(['history', '--json'])).stdout).toBe(shown.stdout);
    expect(await workspace.run(['plan'])).toMatchObject({ code: 0 });
    const again = workspace.start(['run']);
    await again.event('group.converged', { group: 'sg-web', changes: 0 });
    expect(await writes()).toEqual(['AuthorizeSecurityGroup']);
  });

  it('heeds a pause and its end, which a command writes into the database', async () => {
    const daemon = await startConverged();
    expect(await workspace.run(['pause', '--reason', 'INC-7', '--for', '1h'])).toMatchObject({ code: 0 });
    const from = daemon.lines.length;
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
    await daemon.event('plan.blocked', { group: 'sg-web' }, from);
    expect(await ports()).toEqual(['443/443']);
    expect(await workspace.run(['resume'])).toMatchObject({ code: 0 });
    await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
    expect(await ports()).toEqual(['22/22', '443/443']);
  });

  it('lets no command write to its groups beside it', async () => {
    await startConverged();
    workspace.write('other/web.yaml', policyFor('sg-web', [DNS]));
    const config = workspace.read('config.yaml');
    workspace.write('other.yaml', config.replace('path: policies', 'path: other'));
    const applied = await workspace.run(['apply', '--config', 'other.yaml', '--yes']);
    expect(applied).toMatchObject({ code: 1 });
    expect(applied.stderr).toContain('looks after default/cn-hangzhou');
    expect(await ports()).toEqual(['443/443']);
  });

  it('is applied by a command where no daemon runs, which leaves the shard free', async () => {
    for (const rules of [[HTTPS], [HTTPS, SSH]]) {
      workspace.write('policies/web.yaml', policyFor('sg-web', rules));
      expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 0 });
    }
    expect(await ports()).toEqual(['22/22', '443/443']);
  });

  it('reads on while the database is gone and writes nothing, and mends all when it is back', async () => {
    const daemon = await startConverged();
    await postgres.stop();
    try {
      await daemon.event('journal.unavailable');
      await emulator.clearCalls();
      const from = daemon.lines.length;
      workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
      const state = await emulator.state();
      await emulator.setState({
        ...state,
        securityGroups: state.securityGroups.map((group) => ({ ...group, Permissions: [] })),
      });
      await emulator.called('DescribeSecurityGroupAttribute');
      await daemon.event('group.not_converged', { group: 'sg-web' }, from);
      expect(await writes()).toEqual([]);
      const paused = await workspace.run(['pause', '--reason', 'INC-7', '--for', '1h']);
      expect(paused).toMatchObject({ code: 1 });
      expect(paused.stderr).toContain('cannot be opened');
    } finally {
      await postgres.start();
    }
    const from = daemon.lines.findIndex(({ event }) => event === 'journal.unavailable');
    await daemon.event('journal.available', {}, from);
    await daemon.line(({ event, rules }) => event === 'group.converged' && rules === 2, from);
    expect(await ports()).toEqual(['22/22', '443/443']);
    expect(daemon.lines.filter(({ event }) => event === 'journal.unavailable')).toHaveLength(1);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  it('goes on where a journal in a file was, with its history, its pauses and what was approved ahead', async () => {
    const database = workspace.read('config.yaml');
    const [, url = ''] = /journal: {url: "(.*)"}/.exec(database) ?? [];
    workspace.write('config.yaml', database.replace(/journal: {.*}/, 'journal: {url: .rampart/journal.db}'));
    const before = await startConverged();
    const busy = await workspace.run(['journal', 'copy', '--to', url]);
    expect(busy).toMatchObject({ code: 1 });
    expect(await before.stop()).toMatchObject({ code: 0 });
    expect(await workspace.run(['pause', '--reason', 'INC-7', '--for', '1h'])).toMatchObject({ code: 0 });
    const ahead = 'a'.repeat(64);
    const approved = await workspace.run(['approve', ahead, '--ahead', '--reason', 'INC-7']);
    expect(approved).toMatchObject({ code: 0 });
    const history = await workspace.run(['history', '--json']);
    expect(JSON.parse(history.stdout)).toMatchObject({ approvals: [{ planHash: ahead }] });
    const verdict = await workspace.run(['history', '--verify']);
    expect(verdict).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(': whole, entries 1 to ') as string,
    });
    expect(await workspace.run(['journal', 'copy', '--to', url])).toMatchObject({ code: 0 });
    const twice = await workspace.run(['journal', 'copy', '--to', url]);
    expect(twice).toMatchObject({ code: 1 });
    expect(twice.stderr).toContain('is not empty');
    workspace.write('config.yaml', database);
    expect((await workspace.run(['history', '--json'])).stdout).toBe(history.stdout);
    expect(await workspace.run(['history', '--verify'])).toMatchObject({ code: 0, stdout: verdict.stdout });
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
    const after = workspace.start(['run']);
    await after.event('plan.blocked', { group: 'sg-web' });
    expect(await ports()).toEqual(['443/443']);
  });

  it('is divided into more shards while it is stopped, and not while it runs', async () => {
    const daemon = await startConverged();
    const busy = await workspace.run(['journal', 'reshard', '--shards', '4']);
    expect(busy).toMatchObject({ code: 1 });
    expect(busy.stderr).toContain('looks after default/cn-hangzhou');
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect(await workspace.run(['journal', 'reshard', '--shards', '4'])).toMatchObject({ code: 0 });
    const refused = await workspace.run(['run']);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('write `journal.shards: 4`');
    const config = workspace.read('config.yaml');
    workspace.write('config.yaml', config.replace(/(journal: {url: "[^"]*")/, '$1, shards: 4'));
    await workspace.start(['run']).event('group.converged', { group: 'sg-web', changes: 0 });
  });

  it('is looked at by doctor, which changes nothing', async () => {
    const checked = async (): Promise<string> => {
      const { stdout } = await workspace.run(['doctor', '--json']);
      const { checks } = JSON.parse(stdout) as { checks: Array<{ check: string; message: string }> };
      return checks.find(({ check }) => check === 'journal')?.message ?? '';
    };
    expect(await checked()).toContain('is empty; the first start makes the journal there');
    await startConverged();
    expect(await checked()).toContain('is writable');
  });

  it('waits for the database when it starts, and can be stopped meanwhile', async () => {
    await postgres.stop();
    let waiting: RampartProcess;
    try {
      waiting = workspace.start(['run']);
      const stopped = workspace.start(['run']);
      await stopped.event('journal.unavailable');
      expect((await stopped.stop()).code).toBe(1);
      await waiting.event('journal.unavailable');
    } finally {
      await postgres.start();
    }
    await waiting.event('group.converged', { group: 'sg-web' });
  });

  it('does not start on a database that it may not have, and says why', async () => {
    const config = workspace.read('config.yaml');
    workspace.write('config.yaml', config.replace(/rampart_[0-9a-f]+/, 'no_such_database'));
    const ended = await workspace.run(['run']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('database "no_such_database" does not exist');
  });
});
