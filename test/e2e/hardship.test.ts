// What a machine, a clock, a network and people with editors do to a daemon. It must go on by itself afterwards, and
// have done nothing twice.
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startAmbushedEmulator, type AmbushedEmulator, type Rules } from '../support/ambushed-emulator.ts';
import { startTestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';
import { Service } from '../support/service.ts';

const GROUP = 'sg-web';
const HOUR_MS = 3_600_000;

const wireTcp = (port: number): WireRule => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '0.0.0.0/0',
});
const tcp = (port: number) => `protocol: tcp, ports: ${port}, from: 0.0.0.0/0`;

let workspace: Workspace;
let emulator: AmbushedEmulator;

const policy = (...ports: number[]) => workspace.write('policies/web.yaml', policyFor(GROUP, ports.map(tcp)));
const config = (extra: string) => workspace.write('config.yaml', configFor(emulator.url, extra));

/** The plan's last look waits that long for what it did not bring about itself. */
function believeReadsAfterASecond(): void {
  const text = configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n');
  workspace.write('config.yaml', text.replace('resyncSeconds: 1', 'resyncSeconds: 1, lagSeconds: 1'));
}

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startAmbushedEmulator({ securityGroups: [wireGroup(GROUP, [wireTcp(22), wireTcp(80)])] });
  config('limits: {default: {ratePerMinute: 6000}}\n');
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const portsOf = (group: string) => emulator.rules(group).map(({ PortRange }) => Number.parseInt(PortRange));

/** Waits for the cloud, not for what the daemon says of it. */
async function untilPorts(group: string, ...wanted: number[]): Promise<void> {
  while (!isDeepStrictEqual(new Set(portsOf(group)), new Set(wanted))) {
    await new Promise<void>((resolve) => {
      const stop = emulator.listen(() => {
        stop();
        setImmediate(resolve);
      });
    });
  }
}

function expectNothingTwice(): void {
  const effects = emulator.calls().filter(({ effect }) => effect);
  expect(new Set(effects.map(({ clientToken }) => clientToken)).size).toBe(effects.length);
}

test('stopped for a minute in the middle of a plan, while cloud and policy change, it goes on with what is then', async () => {
  believeReadsAfterASecond();
  policy(443, 8443);
  const daemon = workspace.start(['run']);
  const stop = () => daemon.kill('SIGSTOP');
  await emulator.lay({
    kind: 'write',
    nth: 1,
    fate: 'unanswered',
    strike: stop,
  });
  await emulator.settle();
  // A minute of the cloud, and enough of ours for every timer of the daemon's loop to be overdue.
  await fetch(`${emulator.url}/_emulator/clock`, { method: 'POST', body: '{"advanceMs": 60000}' });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  emulator.setRules(GROUP, [
    ...emulator.rules(GROUP),
    { Direction: 'ingress', ...wireTcp(3306), SecurityGroupRuleId: 'sgr-byhand' },
  ]);
  policy(443, 9443);
  daemon.kill('SIGCONT');
  await untilPorts(GROUP, 443, 9443);
  await daemon.event('group.converged', { group: GROUP });
  expect((await daemon.stop()).code).toBe(0);
  expectNothingTwice();
});

test('the cloud goes away in the middle of a call and comes back as it was: refused meanwhile, then finished', async () => {
  policy(443, 8443);
  const daemon = workspace.start(['run']);
  const strike = () => undefined;
  const call = await emulator.lay({ kind: 'write', nth: 2, fate: 'late', strike });
  const state = emulator.state();
  await emulator.close();
  await daemon.line(({ code }) => code === 'Transport.NotConnected');
  emulator = await startAmbushedEmulator(state, Number(new URL(emulator.url).port));
  await untilPorts(GROUP, 443, 8443);
  await daemon.event('group.converged', { group: GROUP });
  expect((await daemon.stop()).code).toBe(0);
  expect((await workspace.run(['plan'])).code).toBe(0);
  // What the first cloud never answered is all that the second was asked to do, and with its own token.
  const writes = emulator.calls().filter(({ action }) => !action.startsWith('Describe'));
  expect(writes.map(({ params }) => params)).toEqual([call.params]);
});

test('someone undoes a call that no one was left to hear of: what counts on it waits until it is done again', async () => {
  believeReadsAfterASecond();
  const icmp = (policy: string) => (rules: Rules) =>
    rules.some(({ IpProtocol, Policy }) => IpProtocol === 'ICMP' && Policy === policy);
  const [isBanned, isOpen] = [icmp('Drop'), icmp('Accept')];
  const rules = [
    'protocol: icmp, from: 10.0.0.0/9, action: drop',
    'protocol: icmp, from: 0.0.0.0/0, priority: 50',
  ];
  workspace.write('policies/web.yaml', policyFor(GROUP, [tcp(22), tcp(80), ...rules]));
  const struck = workspace.start(['run']);
  const strike = () => struck.kill('SIGKILL');
  await emulator.lay({ kind: 'write', nth: 1, fate: 'unanswered', strike });
  await struck.finished;
  expect(isBanned(emulator.rules(GROUP))).toBe(true);
  emulator.setRules(
    GROUP,
    emulator.rules(GROUP).filter((rule) => !isBanned([rule])),
  );
  const daemon = workspace.start(['run']);
  await daemon.event('intent.recovered', { group: GROUP });
  await daemon.event('group.converged', { group: GROUP });
  expect((await daemon.stop()).code).toBe(0);
  const states = emulator.states.get(GROUP) ?? [];
  expect(states.filter(isOpen)).not.toEqual([]);
  expect(states.filter((state) => isOpen(state) && !isBanned(state))).toEqual([]);
  expectNothingTwice();
});

describe('a clock that is wrong', () => {
  /** Makes `Date` of a process step by what stands in a file. */
  const STEPPED_DATE = `
import { readFileSync } from 'node:fs';
const Real = Date;
const now = () => Real.now() + Number(readFileSync(process.env.CLOCK_STEP, 'utf8'));
globalThis.Date = class extends Real {
  constructor(...parts) { if (parts.length === 0) super(now()); else super(...parts); }
  static now() { return now(); }
};
`;

  function startStepped(args: readonly string[], stepMs: number): RampartProcess {
    workspace.write('stepped-date.mjs', STEPPED_DATE);
    stepTo(stepMs);
    return workspace.start(args, {
      CLOCK_STEP: path.join(workspace.folder, 'step'),
      NODE_OPTIONS: `--import ${path.join(workspace.folder, 'stepped-date.mjs')}`,
    });
  }

  const stepTo = (stepMs: number) => workspace.write('step', String(stepMs));

  test.each([-HOUR_MS, HOUR_MS])(
    'writes nothing and names the clock when it is wrong by %i ms',
    async (stepMs) => {
      policy(443);
      const { code, stdout, stderr } = await startStepped(['plan'], stepMs).finished;
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("compare this machine's clock with the true time");
      const daemon = startStepped(['run'], stepMs);
      const failed = await daemon.event('group.describe_failed', { group: GROUP });
      expect(failed).toMatchObject({ code: 'InvalidTimeStamp.Expired', kind: 'denied' });
      expect(failed.err).toContain("compare this machine's clock with the true time");
      expect((await daemon.stop()).code).toBe(0);
      expect(emulator.calls().filter(({ code: refusal }) => refusal === '')).toEqual([]);
    },
  );

  test('calls wait no longer when the clock steps back and forth by ten minutes', async () => {
    // More calls than a quarter of a minute allows: the last ones wait in their lane, for seconds and not for minutes.
    const groups = ['sg-p', 'sg-q', 'sg-r', 'sg-s'];
    const rules = Array.from({ length: 18 }, (_, index) => 1000 + index);
    const held = rules.map((port) => ({ ...wireTcp(port), Priority: 5 }));
    await emulator.close();
    emulator = await startAmbushedEmulator({ securityGroups: groups.map((id) => wireGroup(id, held)) });
    config('limits: {default: {ratePerMinute: 240}}\n');
    for (const id of groups) workspace.write(`policies/${id}.yaml`, policyFor(id, rules.map(tcp)));
    const daemon = startStepped(['run'], 0);
    for (const [nth, stepMs] of [
      [50, -10 * 60_000],
      [15, 10 * 60_000],
    ] as const) {
      const strike = () => stepTo(stepMs);
      await emulator.lay({ kind: 'write', nth, fate: 'unanswered', strike });
    }
    for (const group of groups) await daemon.event('group.converged', { group, changes: rules.length });
    expect((await daemon.stop()).code).toBe(0);
    expectNothingTwice();
  });

  test.each([-HOUR_MS, HOUR_MS])(
    'an account recovers by itself from a clock of the cloud that was wrong by %i ms',
    async (stepMs) => {
      let skewMs = stepMs;
      const cloud = await startTestEmulator({
        state: { securityGroups: [wireGroup(GROUP)] },
        clock: {
          nowMs: () => Date.now() + skewMs,
          sleep: () => Promise.reject(new Error('nothing sleeps here')),
        },
      });
      const service = new Service({
        endpoint: cloud.url,
        policies: { 'web.yaml': policyFor(GROUP, [tcp(443)]) },
        reconcile: 'resyncSeconds: 20',
      });
      try {
        for (let tries = 0, from = 0; tries < 2; tries += 1) {
          const failed = await service.log.event('group.describe_failed', { group: GROUP }, from);
          expect(failed).toMatchObject({ code: 'InvalidTimeStamp.Expired', kind: 'denied' });
          from = service.log.events.indexOf(failed) + 1;
        }
        skewMs = 0;
        expect(await service.converged(GROUP)).toMatchObject({ changes: 1 });
      } finally {
        await service.stop();
        await cloud.close();
      }
    },
  );
});

test('ten thousand file events: read a bounded number of times, in bounded memory, alive all the while, the last content wins', async () => {
  const EVENTS = 10_000;
  const BATCH = 25;
  const FILES = 20;
  const groups = Array.from({ length: FILES }, (_, index) => `sg-many${index}`);
  await emulator.close();
  emulator = await startAmbushedEmulator({ securityGroups: groups.map((id) => wireGroup(id)) });
  workspace.write(
    'config.yaml',
    configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n').replace(
      'listen: "off"',
      'listen: 127.0.0.1:0',
    ),
  );
  const put = (event: number) => {
    const file = path.join(workspace.folder, 'policies', `${event % FILES}.yaml`);
    const text = policyFor(groups[event % FILES] ?? '', [tcp(1 + event)]);
    // Half of the editors write in place, half beside it.
    if (event % 2 === 0) writeFileSync(file, text);
    else {
      writeFileSync(`${file}.tmp`, text);
      renameSync(`${file}.tmp`, file);
    }
  };
  workspace.write('policies/0.yaml', policyFor(groups[0] ?? '', [tcp(1)]));
  const daemon = workspace.start(['run']);
  const { httpUrl } = await daemon.event('daemon.started');
  await daemon.event('daemon.ready');
  const startedMs = performance.now();
  for (let event = 0; event < EVENTS; event += 1) {
    put(event);
    if (event % BATCH === 0) expect((await fetch(`${String(httpUrl)}/healthz`)).status).toBe(200);
  }
  for (const [index, id] of groups.entries()) await untilPorts(id, EVENTS - FILES + index + 1);
  const metrics = await (await fetch(`${String(httpUrl)}/metrics`)).text();
  const metric = (line: RegExp) => Number(line.exec(metrics)?.[1]);
  const loaded = metric(/^rampart_events_total{event="policies.loaded"} (\d+)$/m);
  const rejected = metric(/^rampart_events_total{event="policies.rejected"} (\d+)$/m);
  // A burst that does not end is looked at every other second.
  expect(loaded + rejected).toBeLessThan(5 + (performance.now() - startedMs) / 1000);
  const residentBytes = metric(/^process_resident_memory_bytes (\S+)$/m);
  expect(residentBytes).toBeLessThan(400 * 1024 * 1024);
  expect((await daemon.stop()).code).toBe(0);
  expectNothingTwice();
});
