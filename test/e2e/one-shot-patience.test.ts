// What a person waits for when the cloud cannot be reached: 300 groups, an endpoint that is dead or refuses, told once.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator } from '../support/emulator.ts';
import { configFor, REGION, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { Workspace } from '../support/rampart.ts';

const GROUPS = 300;
/** Ten times the goal: this machine may be busy. */
const BOUND_MS = 100_000;

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  const groups = Array.from(
    { length: GROUPS },
    (_, n) => `  - {id: sg-${n}, region: ${REGION}, ingress: []}`,
  );
  workspace.write('policies/all.yaml', `version: 1\ngroups:\n${groups.join('\n')}\n`);
});
afterEach(() => workspace.dispose());

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test.each([['plan'], ['apply', '--yes']])(
  '%s tells a dead endpoint once, for all 300 groups, and ends with 1',
  async (...args) => {
    workspace.write(
      'config.yaml',
      configFor(`http://127.0.0.1:${await freePort()}`).replace(', level: debug', ''),
    );
    const began = performance.now();
    const { code, stdout, stderr } = await workspace.run(args);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    expect(code).toBe(1);
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toMatch(
      /^account default, region cn-hangzhou: 300 groups not read: Transport\.NotConnected: .*ECONNREFUSED/,
    );
    expect(stdout).not.toContain('sg-');
  },
);

test('plan --json names each of the groups', async () => {
  workspace.write('config.yaml', configFor(`http://127.0.0.1:${await freePort()}`));
  const { code, stdout } = await workspace.run(['plan', '--json', '--timeout', '1']);
  const plan = JSON.parse(stdout) as { groups: Array<{ status: string }>; summary: { unreadable: number } };
  expect([code, plan.summary.unreadable, plan.groups.length]).toEqual([1, GROUPS, GROUPS]);
});

test('a wrong secret is told once, after two calls at most', async () => {
  const emulator = await startTestEmulator({
    credentials: [{ accessKeyId: 'emulator', accessKeySecret: 'another' }],
  });
  try {
    workspace.write('config.yaml', configFor(emulator.url).replace(', level: debug', ''));
    const { code, stderr } = await workspace.run(['plan']);
    expect(code).toBe(1);
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toContain(
      'account default, region cn-hangzhou: 300 groups not read: SignatureDoesNotMatch',
    );
    expect((await emulator.calls()).length).toBeLessThanOrEqual(2);
  } finally {
    await emulator.close();
  }
});

test('a time-out that is no number of seconds is refused', async () => {
  workspace.write('config.yaml', configFor('http://127.0.0.1:9'));
  const { code, stderr } = await workspace.run(['plan', '--timeout', '10s']);
  expect(code).toBe(1);
  expect(stderr).toContain('write whole seconds, from 1 to 3600');
});

test('apply tells a dead account once, beside one that answers', async () => {
  const emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-live')] } });
  try {
    const dead = `accounts:\n  dead: {credentials: {type: emulator}, endpoint: "http://127.0.0.1:${await freePort()}"}`;
    const config = configFor(emulator.url).replace(', level: debug', '').replace('accounts:', dead);
    workspace.write('config.yaml', config);
    const ofDead = ['sg-a', 'sg-b'].map(
      (id) => `  - {id: ${id}, account: dead, region: ${REGION}, ingress: []}\n`,
    );
    const rule = '{protocol: tcp, ports: 443, from: 10.0.0.0/8}';
    const policy = `version: 1\ngroups:\n${ofDead.join('')}  - {id: sg-live, region: ${REGION}, ingress: [${rule}]}\n`;
    workspace.write('policies/all.yaml', policy);
    const { code, stdout, stderr } = await workspace.runHere(['apply', '--yes', '--timeout', '1']);
    expect(code).toBe(1);
    expect(stdout).toContain('2 groups unreadable');
    expect(stdout).toContain('default/cn-hangzhou/sg-live: converged, 1 call');
    expect(stdout).not.toMatch(/sg-[ab]/);
    expect(stderr.match(/account dead/g)).toHaveLength(1);
    expect(stderr).toMatch(/^account dead, region cn-hangzhou: 2 groups not read: Transport\.NotConnected/m);
  } finally {
    await emulator.close();
  }
});
