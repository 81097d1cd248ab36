// What each objection becomes for a person.
import { expect, it } from 'vitest';
import { blockOf } from '../../../../../reconciler/plan/check/blocks.ts';
import type { Objection } from '../../../../../reconciler/plan/check/objection.ts';
import type { Block } from '../../../../../reconciler/plan/plan.ts';
import { DEFAULT_INVOCATION } from '../../../../../reconciler/plan/safety.ts';
import { rule } from '../../../../support/rule-sets.ts';

const at = (line: number) => ({ file: 'web.yaml', line, column: 1 });
const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-web' };
const untilMs = Date.UTC(2027, 0, 31, 18);
const witness = {
  direction: 'ingress',
  nicType: 'intranet',
  family: 'ipv4',
  protocol: 6,
  peer: 0x0a000007n,
  memberOf: [],
  sourcePort: 1,
  own: 1n,
  port: 22,
} as const;
const MORE = 'where the vendor allows more';
const PLAN = { hash: 'f00', invocation: DEFAULT_INVOCATION, isQuotaLearned: false };

it.each<[string, Objection, Block]>([
  [
    'a group that a cloud product owns is managed',
    { kind: 'managedByProduct' },
    {
      kind: 'managed',
      liftedBy: 'edit',
      message: 'a cloud product owns this group: the vendor refuses every write',
      override: '',
    },
  ],
  [
    'a peer group in an enterprise group is a matter of quota, with its place',
    { kind: 'groupPeers', places: [at(3)] },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message: 'rules name a group, and an enterprise group takes none: web.yaml:3',
      override: 'name prefixes or prefix lists instead',
    },
  ],
  [
    'a group that names itself is denied, with the first of several places',
    { kind: 'itselfAsPeer', places: [at(2), at(5)] },
    {
      kind: 'denied',
      liftedBy: 'edit',
      message: 'rules name the group itself, and the vendor refuses that: 2, the first at web.yaml:2',
      override: "use the group's inner access policy, or name the addresses of its members",
    },
  ],
  [
    'an own side of all IPv4 is not supported where the API cannot tell it from none, with its place',
    { kind: 'wholeOwnSide', places: [at(4)] },
    {
      kind: 'unsupported',
      liftedBy: 'edit',
      message: 'this API does not tell an own side of 0.0.0.0/0 from none: web.yaml:4',
      override: 'leave the own side out: `to` of an ingress rule, `from` of an egress rule',
    },
  ],
  [
    'too many rules are told with their number and the quota',
    { kind: 'overQuota', excess: [{ counted: 'rules', wanted: 201, quota: 200 }] },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message: 'the group would hold 201 rules; its quota is 200',
      override: `ask for fewer rules; ${MORE}, raise reconcile.ruleQuota to 201`,
    },
  ],
  [
    'too many rules that name a group are told apart',
    { kind: 'overQuota', excess: [{ counted: 'groupRules', wanted: 21, quota: 20 }] },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message: '21 rules would name a group; the quota is 20',
      override: `name addresses or a prefix list in some of them; ${MORE}, raise reconcile.groupReferenceQuota to 21`,
    },
  ],
  [
    'too little room on the way is told with what makes some',
    { kind: 'noRoom', fallback: 'neverOpen', counted: ['rules'], noHitlessOrder: null },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message: 'the group has no room to add the new rules before the old ones go',
      override: `remove some rules first; or ${MORE}, raise reconcile.ruleQuota`,
    },
  ],
  [
    'too little room on the way is told with what would do',
    {
      kind: 'noRoom',
      fallback: 'neverOpen',
      counted: ['rules'],
      noHitlessOrder: { isCertain: true, witnesses: [], freeSlots: { rules: 2, groupRules: 0 } },
    },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message:
        'the group has no room to add the new rules before the old ones go; each order of the calls hits something ' +
        'for a moment; with 2 more free slots there is one that hits nothing',
      override: `remove some rules first; or ${MORE}, raise reconcile.ruleQuota`,
    },
  ],
  [
    'too little room without a fallback may be helped by a fallback',
    { kind: 'noRoom', fallback: 'refuse', counted: ['groupRules'], noHitlessOrder: null },
    {
      kind: 'quota',
      liftedBy: 'edit',
      message: 'the group has no room to add the new rules that name a group before the old ones go',
      override: `remove some rules that name a group first; or ${MORE}, raise reconcile.groupReferenceQuota; or set reconcile.fallback to neverOpen`,
    },
  ],
  ...(['accept', 'drop'] as const).map((action): [string, Objection, Block] => [
    `the brief absence of one kind of rules (${action}) is unsafe, and a fallback allows it`,
    { kind: 'briefAbsence', actions: new Set([action]) },
    {
      kind: 'unsafe',
      liftedBy: 'edit',
      message:
        'the API can neither change a priority nor hold both rules, so a rule would be away for a moment',
      override: `set reconcile.fallback to ${action === 'accept' ? 'neverOpen' : 'neverCut'}`,
    },
  ]),
  [
    'the brief absence of accepts and drops is unsafe, and no one fallback allows it',
    { kind: 'briefAbsence', actions: new Set(['accept', 'drop']) },
    {
      kind: 'unsafe',
      liftedBy: 'edit',
      message:
        'the API can neither change a priority nor hold both rules, so a rule would be away for a moment',
      override:
        'change the priorities of accept and of drop rules one after the other: fallback neverOpen allows the first, neverCut the second',
    },
  ],
  [
    'a broken promise is a bug of ours, with the call and a packet',
    { kind: 'brokenPromise', promised: 'hitless', call: 2, witness },
    {
      kind: 'unsafe',
      liftedBy: 'edit',
      message:
        'a bug of Rampart: call 2 would break the promise "hitless" for ingress tcp port 22 peer 10.0.0.7 source port 1 own address 0.0.0.1; please report it',
      override: '',
    },
  ],
  [
    'a pause of the group says why, until when, and how to end it',
    { kind: 'held', hold: { group: GROUP, reason: 'audit "A"\n', untilMs } },
    {
      kind: 'paused',
      liftedBy: 'time',
      message: 'this group is paused until 2027-01-31T18:00:00.000Z: "audit \\"A\\"\\u{a}"',
      override: 'rampart resume --group sg-web',
    },
  ],
  [
    'a pause of all groups says so',
    { kind: 'held', hold: { group: null, reason: 'audit', untilMs } },
    {
      kind: 'paused',
      liftedBy: 'time',
      message: 'every group is paused until 2027-01-31T18:00:00.000Z: "audit"',
      override: 'rampart resume',
    },
  ],
  [
    'a brake tells each limit with its numbers and key, and the first rules that lose traffic',
    {
      kind: 'brake',
      losing: [22, 23, 24, 25].map((port) => rule({ ports: String(port) })),
      reasons: [
        { limit: 'rules', allowed: 3 },
        { limit: 'percent', allowed: 30, accepts: 7 },
        { limit: 'perHour', allowed: 20, lostLastHour: 18 },
        { limit: 'emptied', emptied: [{ direction: 'ingress', family: 'ipv4' }] },
      ],
    },
    {
      kind: 'brake',
      liftedBy: 'approval',
      message:
        '4 rules would lose traffic; reconcile.brake.rules allows 3; ' +
        '4 rules would lose traffic, 57 % of 7 accept rules; reconcile.brake.percent allows 30; ' +
        '4 rules would lose traffic, after 18 in the last hour; reconcile.brake.perHour allows 20; ' +
        'nothing of ingress IPv4 would be accepted any more; reconcile.brake allows no plan that empties a direction. ' +
        'Rules that lose traffic: ingress accept tcp 22/22 from 0.0.0.0/0 priority 1; ' +
        'ingress accept tcp 23/23 from 0.0.0.0/0 priority 1; ingress accept tcp 24/24 from 0.0.0.0/0 priority 1; and 1 more',
      override: 'rampart approve f00 --reason "..."',
    },
  ],
  [
    'a takeover tells how many rules the group holds and what would change',
    { kind: 'takeover', rules: 12, opens: true, closes: true },
    {
      kind: 'takeover',
      liftedBy: 'approval',
      message:
        'a selector newly brings this group in; it holds 12 rules, and the first plan would open and close traffic ' +
        '(reconcile.brake.takeover is approve)',
      override: 'rampart approve f00 --reason "..."',
    },
  ],
  [
    'an opening tells at which protocols and ports',
    {
      kind: 'opening',
      opening: [
        { family: 'ipv4', protocol: 'tcp', ports: '22/22' },
        { family: 'ipv6', protocol: '18-255', ports: '-1/-1' },
      ],
    },
    {
      kind: 'opening',
      liftedBy: 'approval',
      message:
        'the internet would get in where it does not now: tcp 22/22 over IPv4; protocols 18-255 over IPv6 ' +
        '(reconcile.brake.opens is internet)',
      override: 'rampart approve f00 --reason "..."',
    },
  ],
  [
    'a failure of the planner is a bug of ours',
    { kind: 'bug', message: 'no such rule' },
    {
      kind: 'unsafe',
      liftedBy: 'edit',
      message: 'a bug of Rampart: no such rule; please report it',
      override: '',
    },
  ],
])('%s', (_title, objection, block) => {
  expect(blockOf(objection, PLAN)).toEqual(block);
});

it.each<[string, Objection, string]>([
  [
    'an approval',
    { kind: 'takeover', rules: 1, opens: true, closes: false },
    'npx rampart approve f00 --config prod.yaml --reason "..."',
  ],
  [
    'the end of a pause',
    { kind: 'held', hold: { group: GROUP, reason: 'audit', untilMs } },
    'npx rampart resume --group sg-web --config prod.yaml',
  ],
])(
  'the command for %s is complete: program and config as this person gave them',
  (_title, objection, command) => {
    const invocation = { program: 'npx rampart', flags: ' --config prod.yaml' };
    expect(blockOf(objection, { ...PLAN, invocation }).override).toBe(command);
  },
);
