import { describe, expect, it } from 'vitest';
import { stepRequest } from '../../../../daemon/ecs/convert/requests.ts';
import type { Journal, Outcome } from '../../../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory.ts';
import { recentWrites, showsRecent } from '../../../../daemon/service/recent-writes.ts';
import type { ApiLevel, DescribedRule } from '../../../../reconciler/model/group.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const [OLD, GONE] = described([
  rule({ ports: '22', peer: '10.0.0.0/8' }),
  rule({ ports: '23', peer: '2001:db8::/32' }),
]) as [DescribedRule, DescribedRule];
const NARROWER = rule({ ports: '22', peer: '10.1.0.0/16' });
const NEW = rule({ ports: '443', peer: '10.0.0.0/8', description: 'web' });
const PEER = rule({ ports: '53', peer: 'sg-1' });
const BEFORE = groupOf([OLD, GONE]);
/** Changes `OLD`, removes `GONE`, brings `NEW` and `PEER`. */
const PLAN = planGroup(policyOf([NARROWER, NEW, PEER]), BEFORE, OPTIONS);

const [changed, brought, broughtPeer]: DescribedRule[] = [
  { ...OLD, rule: NARROWER },
  { rule: { ...NEW, description: null }, id: 'sgr-new', selector: {} },
  {
    rule: { ...PEER, peer: { kind: 'group', id: 'sg-1', ownerId: '1234567890123456' } },
    id: 'sgr-peer',
    selector: {},
  },
] as [DescribedRule, DescribedRule, DescribedRule];

const clock = { nowMs: () => 1000, monotonicMs: () => 0, sleep: () => Promise.resolve() };

function journalWith(
  steps: readonly Step[],
  result: Outcome['result'] = 'applied',
  level: ApiLevel = 'current',
): Journal {
  const journal = openMemoryJournal({ clock, randomByte: () => 7 });
  write(journal, { steps, reconcileId: '1', result, level });
  return journal;
}

interface Written {
  readonly steps: readonly Step[];
  readonly reconcileId: string;
  readonly result: Outcome['result'];
  readonly level: ApiLevel;
}

function write(journal: Journal, { steps, reconcileId, result, level }: Written): void {
  for (const [index, step] of steps.entries()) {
    const request = stepRequest(BEFORE, step, level);
    const about = { group: BEFORE, revision: 'r', planHash: 'p', reconcileId, step: index + 1 };
    const { clientToken } = journal.openIntent({ ...about, ...request });
    journal.closeIntent(clientToken, { result, requestId: null, code: null });
  }
}

describe('what was written lately is seen', () => {
  const writes = recentWrites(journalWith(PLAN.steps), BEFORE, 0);

  it.each<[what: string, rules: readonly DescribedRule[], isSeen: boolean]>([
    ['when all of it shows, whatever the texts and owners', [changed, brought, broughtPeer], true],
    ['not before any of it shows', [OLD, GONE], false],
    ['not while a rule is missing', [changed, broughtPeer], false],
    ['not while a rule is as it was', [OLD, brought, broughtPeer], false],
    ['not while a rule is still there', [changed, brought, broughtPeer, GONE], false],
  ])('%s', (_what, rules, isSeen) => {
    expect(showsRecent(writes, groupOf(rules))).toBe(isSeen);
  });
});

it('on the API of 2019 rules are known by their fields', () => {
  const selector = { IpProtocol: 'TCP', PortRange: '23/23', Ipv6SourceCidrIp: '2001:db8::/32' };
  const old: DescribedRule = { ...GONE, id: null, selector };
  const steps: Step[] = [
    { kind: 'authorize', direction: 'ingress', checkpoint: false, rules: [{ rule: NEW, origin: null }] },
    { kind: 'revoke', direction: 'ingress', checkpoint: false, targets: [old] },
  ] as unknown as Step[];
  const writes = recentWrites(journalWith(steps, 'applied', 'legacy2019'), BEFORE, 0);
  const shows = (rules: readonly DescribedRule[]): boolean =>
    showsRecent(writes, { ...groupOf(rules), apiLevel: 'legacy2019' });
  const bare = { ...brought, id: null, selector: { PortRange: '443/443' } };
  expect([shows([bare]), shows([old]), shows([old, bare])]).toEqual([true, false, false]);
});

it('what an earlier plan did was seen when the last one was made', () => {
  const journal = journalWith(PLAN.steps);
  const back = planGroup(policyOf([NARROWER]), groupOf([changed, brought, broughtPeer]), OPTIONS);
  write(journal, { steps: back.steps, reconcileId: '2', result: 'applied', level: 'current' });
  const writes = recentWrites(journal, BEFORE, 0);
  expect(writes.map(({ reconcileId }) => reconcileId)).toEqual(['2']);
  expect([showsRecent(writes, groupOf([changed])), showsRecent(writes, groupOf([changed, brought]))]).toEqual(
    [true, false],
  );
});

it('a call left open by an earlier plan belongs to the plan that made it at last', () => {
  let nowMs = 1000;
  const journal = openMemoryJournal({ clock: { ...clock, nowMs: () => (nowMs += 1) }, randomByte: () => 7 });
  const [first, second] = PLAN.steps.map((step) => stepRequest(BEFORE, step, 'current'));
  if (first === undefined || second === undefined) throw new Error('the plan has two steps');
  const about = { group: BEFORE, revision: 'r', planHash: 'p', step: 1 };
  const leftOpen = journal.openIntent({ ...about, reconcileId: '1', ...second });
  const { clientToken } = journal.openIntent({ ...about, reconcileId: '2', ...first });
  const applied = { result: 'applied', requestId: null, code: null } as const;
  journal.closeIntent(clientToken, applied);
  journal.closeIntent(leftOpen.clientToken, applied);
  const writes = recentWrites(journal, BEFORE, 0);
  expect(writes.map(({ reconcileId }) => reconcileId)).toEqual(['2', '1']);
});

describe('nothing was written lately', () => {
  it('if the last call is older', () => {
    expect(recentWrites(journalWith(PLAN.steps), BEFORE, 1001)).toEqual([]);
  });
  it.each<Outcome['result']>(['noop', 'failed', 'superseded', 'abandoned'])(
    'if the call was %s',
    (result) => {
      expect(recentWrites(journalWith(PLAN.steps, result), BEFORE, 0)).toEqual([]);
    },
  );
  it('if the group was seen as its policy says after it', () => {
    const journal = journalWith(PLAN.steps);
    journal.mark(BEFORE, { applied: 'r' });
    expect(recentWrites(journal, BEFORE, 0)).toEqual([]);
  });
  it('if it was another group', () => {
    expect(recentWrites(journalWith(PLAN.steps), { ...BEFORE, region: 'cn-beijing' }, 0)).toEqual([]);
  });
});
