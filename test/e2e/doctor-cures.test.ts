// What `rampart doctor` finds broken, one thing at a time: each cure is done as it says, and then it is right.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../daemon/clock.ts';
import { RETENTION } from '../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../daemon/journal/sqlite/sqlite.ts';
import { Clinic, saidOf, type DoctorJson } from '../support/clinic.ts';
import { configFor } from '../support/estate.ts';
import { json, startFakeEndpoint, type Script } from '../support/fake-endpoint.ts';
import { freePort } from '../support/free-port.ts';
import { GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { EMULATOR_KEY } from '../support/signing.ts';

/** Answers in a time that is so far ahead of ours. */
const inTime =
  (aheadMs: number): Script =>
  (call, response) => {
    const date = new Date(Date.now() + aheadMs).toUTCString();
    json({}, 200, { date })(call, response);
  };

let clinic: Clinic;

beforeEach(async () => {
  clinic = await Clinic.open();
});
afterEach(() => clinic.close());

describe('what is broken is told with a cure that is one:', () => {
  test('no config', async () => {
    rmSync(path.join(clinic.workspace.folder, 'config.yaml'));
    const before = await clinic.examine();
    expect(before.checks).toMatchObject([{ check: 'config', state: 'broken' }]);
    expect(before.checks[0]?.cure).toContain('`rampart init` writes a first one');
    await clinic.workspace.runHere(['init', '--credentials', 'emulator']);
    expect((await clinic.examine()).ok).toBe(true);
  });

  test('an unknown key of the config', async () => {
    clinic.workspace.write('config.yaml', clinic.config.replace('reconcile:', 'reconcil:'));
    const before = await clinic.examine();
    expect(before.checks.map(({ check }) => check)).toEqual(before.checks.map(() => 'config'));
    expect(before.checks.map(({ cure }) => cure).join()).toContain('reconcile');
  });

  test('a variable that would undo TLS', async () => {
    clinic.workspace.write(
      'config.yaml',
      clinic.config.replace(/\{credentials.*\}/, '{credentials: {type: default}}'),
    );
    const document = await clinic.examine([], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    const [, unsafe] = document.checks.filter(({ check }) => check === 'config');
    expect(unsafe).toMatchObject({ state: 'broken' });
    expect(unsafe?.cure).toContain('unset it');
    expect(saidOf(document, 'journal')).toMatchObject({ state: 'ok' });
    // Not a word to the cloud while that is so.
    expect(saidOf(document, 'endpoint')).toMatchObject({ state: 'not tried' });
  });

  test('policies with an error, which keeps nothing else from being checked', async () => {
    clinic.declare('protocol: tcp, ports: 443, from: ofice');
    clinic.workspace.write('policies/names.yaml', 'version: 1\nnetworks: {office: [10.0.0.0/8]}\n');
    const before = await clinic.examine();
    expect(saidOf(before, 'policies')).toMatchObject({ state: 'broken' });
    expect(saidOf(before, 'policies').message).toContain('policies/web.yaml:6:');
    expect(saidOf(before, 'policies').cure).toContain('office');
    expect(saidOf(before, 'credentials')).toMatchObject({ state: 'ok' });
    clinic.declare('protocol: tcp, ports: 443, from: office');
    expect((await clinic.examine()).ok).toBe(true);
  });

  onlyWith('git', test)('a remote that is not there, beside a config that is right', async () => {
    const remote = path.join(clinic.workspace.folder, 'remote');
    const git = `source: git, git: {url: "${remote}"}`;
    clinic.configure((config) => config.replace('source: directory, path: policies', git));
    const before = await clinic.examine();
    expect(saidOf(before, 'git')).toMatchObject({ state: 'broken' });
    expect(saidOf(before, 'git').cure).toContain(`\`git ls-remote ${remote}\` answers`);
    expect(saidOf(before, 'credentials')).toMatchObject({ state: 'ok' });
    cpSync(path.join(clinic.workspace.folder, 'policies'), path.join(remote, 'policies'), {
      recursive: true,
    });
    new GitRepository(remote).commit();
    const after = await clinic.examine();
    expect(after.ok).toBe(true);
    expect(saidOf(after, 'git').message).toMatch(/remote refs\/heads\/main is at commit [0-9a-f]{12}$/);
  });

  test('an endpoint at which no one listens', async () => {
    const port = await freePort();
    clinic.workspace.write('config.yaml', configFor(`http://127.0.0.1:${port}`));
    const before = await clinic.examine();
    expect(saidOf(before, 'endpoint')).toMatchObject({ state: 'broken' });
    expect(saidOf(before, 'endpoint').cure).toContain(`\`rampart emulator --listen 127.0.0.1:${port}\``);
    expect(saidOf(before, 'journal')).toMatchObject({ state: 'ok' });
    expect(saidOf(before, 'ram')).toMatchObject({ state: 'not tried' });
    await clinic.replaceEmulator({ port });
    expect((await clinic.examine()).ok).toBe(true);
  });

  test('an endpoint that never answers is given up after --timeout', async () => {
    const silent = await startFakeEndpoint(() => undefined);
    clinic.workspace.write('config.yaml', configFor(silent.url));
    const { checks } = await clinic.examine(['--timeout', '1']);
    await silent.close();
    const endpoint = checks.find(({ check }) => check === 'endpoint');
    expect(endpoint?.message).toBe(`Transport.Timeout: no answer from ${silent.url} within 1 s`);
  });

  test('a clock that is 20 minutes off', async () => {
    const cloud = await startFakeEndpoint(inTime(1_200_000));
    clinic.workspace.write('config.yaml', configFor(cloud.url));
    const before = await clinic.examine(['--timeout', '1']);
    expect(saidOf(before, 'clock')).toMatchObject({ state: 'broken' });
    expect(saidOf(before, 'clock').message).toMatch(/this machine is 1[12]\d\d s behind/);
    expect(saidOf(before, 'clock').cure).toContain('timedatectl set-ntp true');
    cloud.answer(inTime(0));
    expect(saidOf(await clinic.examine(['--timeout', '1']), 'clock')).toMatchObject({ state: 'ok' });
    await cloud.close();
  });

  test('a secret that is not set, and one that is wrong', async () => {
    const key = '{type: accessKey, accessKeyIdEnv: ID, accessKeySecretEnv: SECRET}';
    clinic.workspace.write('config.yaml', clinic.config.replace('{type: emulator}', key));
    const unset = saidOf(await clinic.examine([], { ID: 'emulator' }), 'credentials');
    expect(unset).toMatchObject({ state: 'broken' });
    expect(unset.message).toContain('SECRET is not set');
    const wrong = saidOf(await clinic.examine([], { ID: 'emulator', SECRET: 'a-bad-one' }), 'credentials');
    expect(wrong).toMatchObject({ state: 'broken' });
    expect(wrong.message).toContain('SignatureDoesNotMatch');
    expect(wrong.cure).toContain('check the secret of account default');
    const right = await clinic.examine([], { ID: 'emulator', SECRET: EMULATOR_KEY.accessKeySecret });
    expect(saidOf(right, 'credentials')).toMatchObject({ state: 'ok' });
    // The key may be that of an account of the vendor, whose Quota Center this is not.
    expect(right.rates).toEqual([]);
    expect((await clinic.emulator.calls()).filter(({ action }) => action === 'ListProductQuotas')).toEqual(
      [],
    );
  });

  test('RAM: the statements in the cures, added one after another, let everything through', async () => {
    const actions: string[] = [];
    let document: DoctorJson;
    do {
      await clinic.replaceEmulator({ credentials: [{ ...EMULATOR_KEY, allow: { actions } }] });
      clinic.workspace.write(
        'config.yaml',
        configFor(clinic.emulator.url, 'attribution: {actiontrail: true}\n'),
      );
      document = await clinic.examine();
      const denied = document.checks.filter(({ check, cure }) => check === 'ram' && cure.includes('{'));
      const missing = denied.map(
        ({ cure }) => JSON.parse(cure.slice(cure.indexOf('{'))) as { Action: string },
      );
      actions.push(...missing.map(({ Action }) => Action.replace(/^\w+:/, '')));
      if (missing.length === 0) break;
      expect(document.ok).toBe(!denied.some(({ state }) => state === 'broken'));
    } while (actions.length < 20);
    expect(new Set(document.checks.map(({ state }) => state))).toEqual(new Set(['ok', 'not tried']));
    expect(actions).toContain('DescribeSecurityGroupAttribute');
  });

  test('what the daemon can do without is a warning', async () => {
    const needed = ['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute'];
    await clinic.replaceEmulator({ credentials: [{ ...EMULATOR_KEY, allow: { actions: needed } }] });
    clinic.configure();
    const document = await clinic.examine();
    expect(document.ok).toBe(true);
    const warned = document.checks.filter(({ state }) => state === 'warning').map(({ action }) => action);
    expect(warned).toEqual([
      'ecs:DescribePrefixLists',
      'ecs:DescribePrefixListAttributes',
      'ecs:DescribePortRangeLists',
      'ecs:DescribePortRangeListEntries',
      'ecs:DescribeRegions',
      'quotas:ListProductQuotas',
    ]);
  });

  test('a journal of an older Rampart, which the next start migrates, is only a warning', async () => {
    const file = path.join(clinic.workspace.folder, '.rampart/journal.db');
    mkdirSync(path.dirname(file));
    const begun = openSqliteJournal(file, { clock: systemClock, randomByte: () => 7, retention: RETENTION });
    if (begun.ok) await begun.value.close();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 1');
    db.close();
    const document = await clinic.examine();
    expect(saidOf(document, 'journal')).toMatchObject({ state: 'warning' });
    expect(document.ok).toBe(true);
  });

  test('an emulator of the config that does not start; the other accounts are checked all the same', async () => {
    const other = `accounts:\n  other: {credentials: {type: emulator}, endpoint: "embedded"}`;
    const config = configFor(clinic.emulator.url, 'emulator: {state: none.json}\n').replace(
      'accounts:',
      other,
    );
    clinic.workspace.write('config.yaml', config);
    const document = await clinic.examine();
    expect(saidOf(document, 'emulator')).toMatchObject({ state: 'broken' });
    expect(saidOf(document, 'credentials')).toMatchObject({ state: 'ok' });
  });
});
