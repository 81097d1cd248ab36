// Five hundred groups that all need work, at a pace that does not let it be done at once. What the vendor would have
// counted is read from the emulator's own log. Pace over hours, throttled and with other clients on the same budget,
// is the matter of the simulation: here it is the real lanes and sockets, in the time of a virtual clock.
import { expect, test } from 'vitest';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { startTestEmulator } from '../support/emulator.ts';
import { REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const GROUPS = 500;
/** Calls a minute. Of the rules more reads are needed than those of three minutes: that lane sets the pace. */
const RATES: Readonly<Record<string, number>> = {
  DescribeSecurityGroups: 3000,
  DescribeSecurityGroupAttribute: 300,
  AuthorizeSecurityGroup: 1200,
  ModifySecurityGroupRule: 600,
  RevokeSecurityGroup: 600,
};

const tcp = (port: number, source: string, priority = 1): WireRule => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: source,
  Priority: priority,
});

interface Plot {
  readonly id: string;
  readonly start: readonly WireRule[];
  readonly policy: string;
  readonly end: readonly string[];
  /** Calls that must take effect. */
  readonly changes: number;
}

const HTTPS = '{protocol: tcp, ports: 443, from: 0.0.0.0/0}';
const SSH = '{protocol: tcp, ports: 22, from: 203.0.113.0/24, priority: 5}';
const HTTPS_LINE = '443/443 0.0.0.0/0 1';
const SSH_LINE = '22/22 203.0.113.0/24 5';

/** A third of the groups lacks a rule, a third has one to alter, a third has one to replace. */
function plot(index: number): Plot {
  const id = `sg-scale${index}`;
  const end = [SSH_LINE, HTTPS_LINE];
  const policy = `[${HTTPS}, ${SSH}]`;
  switch (index % 3) {
    case 0:
      return { id, policy, end, changes: 1, start: [tcp(443, '0.0.0.0/0')] };
    case 1:
      return { id, policy, end, changes: 1, start: [tcp(443, '0.0.0.0/0'), tcp(22, '203.0.113.0/24', 7)] };
    default: {
      // Of another family, so that no Modify can make the one into the other.
      const old = { IpProtocol: 'TCP', PortRange: '22/22', Ipv6SourceCidrIp: '2001:db8::/32' };
      return { id, policy, end, changes: 2, start: [tcp(443, '0.0.0.0/0'), old] };
    }
  }
}

const policyText = (plots: readonly Plot[]) =>
  `version: 1\ngroups:\n${plots
    .map(({ id, policy }) => `  - {id: ${id}, region: ${REGION}, ingress: ${policy}}\n`)
    .join('')}`;

/** Most calls within any stretch of time of that length. */
function mostWithin(timesMs: readonly number[], lengthMs: number): number {
  let most = 0;
  let oldest = 0;
  for (const [newest, timeMs] of timesMs.entries()) {
    while (timeMs - (timesMs[oldest] ?? timeMs) >= lengthMs) oldest += 1;
    most = Math.max(most, newest - oldest + 1);
  }
  return most;
}

const timesOf = (calls: readonly CallRecord[], operation: string): number[] =>
  calls.filter(({ action }) => action === operation).map(({ time }) => Date.parse(time));

test(`${GROUPS} groups converge within the rates`, async () => {
  const plots = Array.from({ length: GROUPS }, (_, index) => plot(index));
  const time = new VirtualClock();
  const emulator = await startTestEmulator({
    time,
    callsLimit: 100_000,
    state: { securityGroups: plots.map(({ id, start }) => wireGroup(id, start)) },
  });
  const limits = Object.entries(RATES).map(([name, rate]) => `${name}: {ratePerMinute: ${rate}}`);
  const service = new Service({
    clock: time,
    endpoint: emulator.url,
    policies: { 'all.yaml': policyText(plots) },
    reconcile: 'resyncSeconds: 3600, concurrency: 32',
    limits: `default: {ratePerMinute: 60}, ${limits.join(', ')}`,
  });
  try {
    for (const { id, changes } of plots) expect(await service.converged(id)).toMatchObject({ changes });
  } finally {
    await service.stop();
  }

  const { securityGroups } = await emulator.state();
  const lines = securityGroups.map(({ Permissions }) =>
    Permissions.map((rule) => [rule.PortRange, rule.SourceCidrIp, rule.Priority].join(' ')).sort(),
  );
  expect(lines).toEqual(plots.map(({ end }) => end));

  const calls = await emulator.calls();
  expect(calls.map(({ seq }) => seq)).toEqual(calls.map((_, index) => index + 1));
  expect(calls.filter(({ code }) => code !== '')).toEqual([]);
  expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(Object.keys(RATES)));
  for (const [operation, rate] of Object.entries(RATES)) {
    expect(mostWithin(timesOf(calls, operation), 60_000), operation).toBeLessThanOrEqual(rate);
  }
  const reads = timesOf(calls, 'DescribeSecurityGroupAttribute');
  const tookMs = (reads.at(-1) ?? NaN) - (reads[0] ?? NaN);
  expect(tookMs / ((reads.length / 300) * 60_000)).toBeLessThanOrEqual(1.05);
  // Heads come a hundred a call, and are looked at about once a minute.
  const pages = Math.ceil(GROUPS / 100);
  const looks = 2 + Math.ceil(tookMs / 45_000);
  expect(timesOf(calls, 'DescribeSecurityGroups').length).toBeLessThanOrEqual(looks * pages);
  await emulator.close();
});
