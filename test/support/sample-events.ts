// One example of each event, with every field that is its own. Does not compile if an event is left out.
import type { CommonFields, EventFields, EventName } from '../../daemon/telemetry/events.ts';

export const COMMON: Required<CommonFields> = {
  account: 'default',
  region: 'cn-hangzhou',
  group: 'sg-bp1web',
  revision: '4fff8c0',
  reconcileId: 'c0ffee00',
  planHash: 'f00',
  step: 2,
  operation: 'ModifySecurityGroupRule',
  clientToken: 'rampart-1',
  requestId: '473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E',
  attempt: 1,
  durationMs: 120,
  code: 'Throttling.User',
  err: 'Request was denied due to user flow control.',
};

const RULES = ['ingress tcp 443/443 from 203.0.113.0/24 accept'];

/** The other form of `drift.attributed`. */
export const NO_ONE_FOUND: EventFields<'drift.attributed'> = {
  ...COMMON,
  actor: null,
  actorType: null,
  reason: 'ActionTrail shows no write by anyone else',
};

type Samples = { readonly [Name in EventName]: EventFields<Name> };

export const SAMPLE_EVENTS: Samples = {
  'daemon.started': {
    version: '0.1.0',
    pid: 4711,
    nodeVersion: 'v20.0.0',
    emulatorUrl: 'http://127.0.0.1:1',
    emulatorCa: '/tmp/rampart-emulator-x/ca.pem',
    httpUrl: 'http://127.0.0.1:2',
    hooksUrl: 'http://127.0.0.1:3',
    config: '/etc/rampart/config.yaml',
    mode: 'enforce',
    brake: 'on',
    accounts: ['default at https://ecs.REGION.aliyuncs.com'],
    policies: 'directory /etc/rampart/policies',
    journal: '/var/lib/rampart/journal.db',
  },
  'config.loaded': { changed: ['reconcile.brake'], needRestart: ['http.listen'] },
  'config.rejected': { problems: 1, details: ['config.yaml:3:1: "reconcil" is not a key here'] },
  'daemon.ready': { groups: 2 },
  'reconcile.requested': { ...COMMON, groups: 1 },
  'daemon.stopping': { signal: 'SIGTERM' },
  'daemon.stopped': { exitCode: 0 },
  'history.head': { chain: 'default/cn-hangzhou', number: 12, hash: 'f00'.padEnd(64, '0') },
  'policies.loaded': {
    files: 1,
    groups: 2,
    rules: 3,
    filesParsed: 1,
    groupsCompiled: 1,
    commit: '4fff8c0',
    dirty: true,
    author: 'Ada <ada@example.com>',
    committer: 'Ada <ada@example.com>',
    subject: 'web: office network',
    signers: ['ada@example.com'],
    tag: 'refs/tags/v1.2.0',
    released: ['sg-bp1old'],
    warnings: ['history begins at 4fff8c0'],
    weakened: ['sg-bp1web turns from mode enforce to observe: nothing is written any more'],
  },
  'policies.rejected': {
    problems: 2,
    codes: ['yaml-syntax'],
    details: ['web.yaml:3:5: host bits set'],
    keptGroups: 1,
  },
  'resync.finished': { durationMs: 300_000, groups: 40, changes: 1, failed: 2 },
  'resync.late': {
    durationMs: 600_000,
    operation: 'DescribeSecurityGroupAttribute',
    groups: 3000,
    resyncSeconds: 300,
    callsPerMinute: 300,
    neededPerMinute: 600,
  },
  'group.managed': { ...COMMON, reason: 'it has the tags Tier=web, which web.yaml:4 names' },
  'group.released': { ...COMMON, reason: 'web.yaml no longer names sg-bp1old' },
  'group.described': { ...COMMON, rules: 1 },
  'group.describe_failed': { ...COMMON, kind: 'unknown' },
  'probe.found': { ...COMMON, reason: 'its tags changed' },
  'probe.uncounted': { ...COMMON, groups: 3 },
  'heads.read': { ...COMMON, groups: 100, why: 'probe' },
  'drift.detected': { ...COMMON, missing: 1, surplus: 0, altered: 2, cause: 'drift', rules: RULES },
  'drift.attributed': {
    ...COMMON,
    actor: 'alice',
    actorType: 'ram-user',
    sourceIp: '203.0.113.7',
    userAgent: 'ecs.console.aliyun.com',
    eventName: 'AuthorizeSecurityGroup',
    eventTime: '2026-05-01T10:00:00.000Z',
  },
  'attribution.unavailable': COMMON,
  'plan.made': {
    ...{ ...COMMON, steps: 2, add: 1, modify: 1, remove: 0, hitless: true },
    wouldBlock: ['the brake: 40 of 50 rules would go'],
  },
  'plan.blocked': {
    ...COMMON,
    kinds: ['brake'],
    blockedBy: ['the brake: 40 of 50 rules would go'],
    overrides: ['npx rampart approve f00 --reason "..."'],
  },
  'plan.approved': { ...COMMON, by: 'ada@build', reason: 'ticket 7', until: '2026-11-28T15:00:00.000Z' },
  'policies.held': {
    ...COMMON,
    reason: 'brake',
    losing: ['sg-bp1web'],
    released: ['sg-bp1old'],
    groups: 2,
    limit: 1,
    override: 'npx rampart approve f00 --reason "..."',
  },
  'policies.unreachable': {
    url: 'https://git.example.com/p.git',
    ref: 'refs/heads/main',
    ageSeconds: 90,
    err: 'refused',
  },
  'policies.reachable': { url: 'https://git.example.com/p.git', ref: 'refs/heads/main' },
  'call.succeeded': { ...COMMON, rules: 1 },
  'call.retried': { ...COMMON, kind: 'retry', delayMs: 800 },
  'call.throttled': { ...COMMON, delayMs: 1200 },
  'call.failed': { ...COMMON, kind: 'rejected' },
  'call.unknown': { ...COMMON, kind: 'unknown' },
  'step.noop': { ...COMMON, reason: 'the rule is gone already' },
  'step.quarantined': { ...COMMON, reason: 'InvalidParam', rules: RULES, retryAt: '2026-05-01T10:00:00Z' },
  'group.converged': { ...COMMON, changes: 1, rules: 12 },
  'group.not_converged': { ...COMMON, reason: '1 authorized rule is not there' },
  'group.flapping': { ...COMMON, rounds: 3, rules: RULES, delayMs: 300_000, otherWriter: 'ram-user alice' },
  'ignored.opens': { ...COMMON, count: 1, rules: RULES },
  'guardrail.violated': {
    ...COMMON,
    guardrail: 'no-ssh',
    severity: 'warning',
    reason: 'tcp 22/22 is exposed',
  },
  'rule.expiring': { ...COMMON, rule: 'office', expiresAt: '2027-01-31T18:00:00Z' },
  'breakglass.opened': { ...COMMON, rule: 'ssh', reason: 'INC-7', until: '2027-01-31T18:00:00Z' },
  'breakglass.closed': { ...COMMON, rule: 'ssh', reason: 'INC-7' },
  'rule.expired': { ...COMMON, rule: 'office', expiresAt: '2027-01-31T18:00:00Z', isPresent: false },
  'lane.closed': { ...COMMON, reopensInMs: 41_000 },
  'lane.reopened': COMMON,
  'intent.recovered': { ...COMMON, outcome: 'superseded' },
  'hook.received': { ...COMMON, door: 'git', outcome: 'ignored', reason: 'other-ref' },
  'hook.acted': { ...COMMON, door: 'events', hooks: 3 },
  'hook.refused': { ...COMMON, door: 'git', reason: 'wrong-proof' },
  'systemd.notify_failed': { ...COMMON, state: 'READY=1' },
};

export const EVENT_NAMES = Object.keys(SAMPLE_EVENTS) as EventName[];

/** A third form of `policies.held`: a commit, by the source. */
export const HELD_COMMIT: EventFields<'policies.held'> = {
  ...COMMON,
  reason: 'not-a-descendant',
  groups: 0,
  commit: '4fff8c0000000000000000000000000000000000',
  details: ['main is at 4fff8c000000, which does not descend from the commit in force'],
  override: 'npx rampart approve f00 --reason "..."',
};

/** The other form of `policies.held`: the policy of one group. */
export const HELD_GROUP: EventFields<'policies.held'> = {
  ...COMMON,
  reason: 'guardrail',
  groups: 1,
  file: 'policies/web.yaml',
  line: 8,
  details: ['guardrail no-admin-from-internet: tcp 22 is exposed'],
  override: 'nearest change: remove the rule',
};
