// Which config is at work, what it may do and to whose groups: said at the start, by status, and before a plan; and what
// SIGHUP takes up of it.
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace } from '../support/rampart.ts';
import { atTerminal } from '../support/terminal.ts';

const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';

let emulator: TestEmulator;
let workspace: Workspace;
let port: number;

beforeEach(async () => {
  workspace = new Workspace();
  port = await freePort();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', config());
  workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** The config with further keys of `reconcile`. */
const config = (reconcile = 'resyncSeconds: 600') =>
  configFor(emulator.url)
    .replace(/(reconcile: \{mode: enforce).*\}/, `$1, ${reconcile}}`)
    .replace('"off"', `"127.0.0.1:${port}"`);

/** A journal in a database has them, and what is known of them may be read again between two looks at the status. */
const withoutShards = (status: string): string => status.replaceAll(/^shard .*\n/gm, '');

const inFolder = (name: string) => path.join(workspace.folder, name);

describe('the start of the daemon', () => {
  it('names config, mode, accounts with endpoint, policies with revision, and journal', async () => {
    const daemon = workspace.start(['run']);
    const loaded = await daemon.event('policies.loaded');
    expect(await daemon.event('daemon.started')).toMatchObject({
      config: inFolder('config.yaml'),
      mode: 'enforce',
      brake: 'on',
      accounts: [`default at ${emulator.url}`],
      policies: `directory ${inFolder('policies')}`,
      revision: loaded.revision,
      // The log shows of no URL who logs in.
      journal: workspace.journalPlace.replace(/\/\/.*@/, '//[redacted]@'),
    });
    expect(daemon.lines.map(({ event }) => event)[0]).toBe('daemon.started');
  });

  it('says that the brake is off', async () => {
    workspace.write('config.yaml', config('brake: off'));
    const { brake, msg } = await workspace.start(['run']).event('daemon.started');
    expect([brake, msg]).toEqual(['off', expect.stringContaining('reconcile.brake is off')]);
  });
});

describe('SIGHUP', () => {
  it('takes up the brake of the config, and names the keys that need a restart', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    workspace.write('config.yaml', config('resyncSeconds: 300, brake: off'));
    const from = daemon.lines.length;
    daemon.kill('SIGHUP');
    expect(await daemon.event('config.loaded', {}, from)).toMatchObject({
      level: 'info',
      changed: ['reconcile.brake'],
      needRestart: ['reconcile.resyncSeconds'],
    });
    const status = await workspace.run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ config: { brake: 'off', mode: 'enforce' } });
  });

  it('takes up guardrails, which are compiled with the policies', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    const deny = '{id: no-ssh, deny: {direction: ingress, protocol: tcp, ports: 22, from: nowhere}}';
    workspace.write('config.yaml', `${config()}guardrails: [${deny}]\n`);
    const from = daemon.lines.length;
    daemon.kill('SIGHUP');
    expect(await daemon.event('config.loaded', {}, from)).toMatchObject({ changed: ['guardrails'] });
    const { details } = await daemon.event('policies.rejected', {}, from);
    expect(details).toEqual([expect.stringMatching(/^config\.yaml:8:\d+: .*nowhere/)]);
  });

  it('reports a config that cannot be used, and goes on with what was in force', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    workspace.write('config.yaml', config('brake: {percnt: 3}'));
    workspace.write('policies/web.yaml', policyFor('sg-web', [SSH, SSH.replace('22', '23')]));
    const from = daemon.lines.length;
    daemon.kill('SIGHUP');
    expect(await daemon.event('config.rejected', {}, from)).toMatchObject({
      level: 'error',
      problems: 1,
      details: [expect.stringMatching(/^config\.yaml:4:36: "percnt" is not a key here/)],
    });
    await daemon.event('group.converged', { changes: 1 }, from);
    const status = await workspace.run(['status', '--url', `http://127.0.0.1:${port}`, '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ config: { brake: 'on' } });
    workspace.write('config.yaml', config());
    const again = daemon.lines.length;
    daemon.kill('SIGHUP');
    expect(await daemon.event('config.loaded', {}, again)).toMatchObject({ changed: [], needRestart: [] });
  });
});

describe('status', () => {
  it('shows the config of the daemon, and refuses a daemon of another one unless it is named by --url', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    const own = await workspace.run(['status']);
    expect(own).toMatchObject({ code: 0, stderr: '' });
    for (const words of [
      `config    ${inFolder('config.yaml')}`,
      'mode      enforce',
      `account   default at ${emulator.url}`,
      `policies  directory ${inFolder('policies')}, revision `,
      `journal   ${workspace.journalPlace}`,
    ]) {
      expect(own.stdout).toContain(words);
    }

    workspace.write('other/config.yaml', config());
    const other = await workspace.run(['status', '--config', 'other/config.yaml']);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toContain(inFolder('config.yaml'));
    expect(other.stderr).toContain(inFolder('other/config.yaml'));
    const url = /`(--url \S+)`/.exec(other.stderr)?.[1] ?? 'no advice';
    const named = await workspace.run(['status', ...url.split(' '), '--config', 'other/config.yaml']);
    expect({ ...named, stdout: withoutShards(named.stdout) }).toMatchObject({
      code: 0,
      stdout: withoutShards(own.stdout),
    });

    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(page).toContain(inFolder('config.yaml'));
  });

  it('takes another path to the same config for the same', async () => {
    const daemon = workspace.start(['run', '--config', './policies/../config.yaml']);
    await daemon.event('daemon.ready');
    expect(await workspace.run(['status'])).toMatchObject({ code: 0 });
  });
});

describe('before a plan', () => {
  onlyWith('python3', it)(
    'a terminal shows the config, and a program that reads the output does not',
    async () => {
      const { shown } = await atTerminal(workspace.folder, ['plan'], { answer: '' });
      const places = ['config    ', 'mode      enforce', 'account   default at ', 'journal   ', 'sg-web'];
      const found = places.map((words) => shown.indexOf(words));
      expect(found.every((place) => place >= 0)).toBe(true);
      expect(found).toEqual([...found].sort((a, b) => a - b));
      const away = await atTerminal(workspace.folder, ['plan', '--json'], { answer: '', stdout: 'away' });
      expect(away.shown).toContain('mode      enforce');
      const { code, stdout, stderr } = await workspace.run(['plan']);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain('journal   ');
    },
  );
});
