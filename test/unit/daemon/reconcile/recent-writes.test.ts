import { describe, expect, it } from 'vitest';
import { stepRequest } from '../../../../daemon/ecs/convert/requests.ts';
import type { IntentOutcome, Journal } from '../../../../daemon/journal/journal.ts';
import { effectOf } from '../../../../daemon/journal/effect.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../../../daemon/journal/memory/store.ts';
import { showsRecentWrites } from '../../../../daemon/reconcile/recent-writes.ts';
import type { ApiLevel } from '../../../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, DescribedRule } from '../../../../reconciler/model/group.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../support/plan-inputs.ts';
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
const PLAN = planFor(policyOf([NARROWER, NEW, PEER]), BEFORE, OPTIONS);

const [changed, brought, broughtPeer]: DescribedRule[] = [
  { ...OLD, rule: NARROWER },
  { rule: NEW, id: 'sgr-new', selector: {} },
  {
    rule: { ...PEER, peer: { kind: 'group', id: 'sg-1', ownerId: '1234567890123456' } },
    id: 'sgr-peer',
    selector: {},
  },
] as [DescribedRule, DescribedRule, DescribedRule];

const clock = { nowMs: () => 1000, monotonicMs: () => 0, sleep: () => Promise.resolve() };

async function journalWith(
  steps: readonly Step[],
  result: IntentOutcome['result'] = 'applied',
  level: ApiLevel = 'current',
): Promise<Journal> {
  const journal = openMemoryJournal({ clock, randomByte: () => 7 });
  await write(journal, { steps, reconcileId: '1', result, level });
  return journal;
}

interface Written {
  readonly steps: readonly Step[];
  readonly reconcileId: string;
  readonly result: IntentOutcome['result'];
  readonly level: ApiLevel;
}

async function write(journal: Journal, { steps, reconcileId, result, level }: Written): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const request = stepRequest(BEFORE, step, level);
    const about = { group: BEFORE, revision: 'r', planHash: 'p', reconcileId, step: index + 1 };
    const { clientToken } = await journal.openIntent({ ...about, ...request, effect: effectOf(step) });
    await journal.closeIntent(clientToken, { result, requestId: null, code: null });
  }
}

const LAG_MS = 500;

const shows = (journal: Journal, group: DescribedGroup, monotonicMs = 0, nowMs = 1000): Promise<boolean> =>
  showsRecentWrites(
    {
      journal,
      clock: { ...clock, nowMs: () => nowMs, monotonicMs: () => monotonicMs },
      patience: { settleMs: 0, lagMs: LAG_MS },
    },
    { wroteAtMs: 0 },
    group,
  );

describe('what was written lately is seen', () => {
  const foreign: DescribedRule = { rule: rule({ ports: '3389' }), id: 'sgr-foreign', selector: {} };
  const untold: DescribedRule = { ...brought, rule: { ...NEW, description: null } };

  it.each<[what: string, rules: readonly DescribedRule[], isSeen: boolean]>([
    ['when all of it shows, whatever the owners', [changed, brought, broughtPeer], true],
    ['whatever someone else put there', [changed, brought, broughtPeer, foreign], true],
    ['not before any of it shows', [OLD, GONE], false],
    ['not while a rule is missing', [changed, broughtPeer], false],
    ['not while a rule is as it was', [OLD, brought, broughtPeer], false],
    ['not while a rule is still there', [changed, brought, broughtPeer, GONE], false],
    ['not while a text is missing', [changed, untold, broughtPeer], false],
  ])('what was written lately is seen: %s', async (_what, rules, isSeen) => {
    expect(await shows(await journalWith(PLAN.steps), groupOf(rules))).toBe(isSeen);
  });

  it('when a rule that was changed twice is as the second call left it', async () => {
    const wide = { ...OLD, rule: rule({ ports: '22', peer: '10.0.0.0/7' }) };
    const steps: Step[] = [
      ...planFor(policyOf([wide.rule]), groupOf([OLD]), OPTIONS).steps,
      ...planFor(policyOf([NARROWER]), groupOf([wide]), OPTIONS).steps,
    ];
    const journal = await journalWith(steps);
    expect(await shows(journal, groupOf([changed]))).toBe(true);
    expect(await shows(journal, groupOf([wide]))).toBe(false);
    expect(await shows(journal, groupOf([OLD]))).toBe(false);
  });

  it('when a rule that was changed was removed after that', async () => {
    const { steps } = planFor(policyOf([NARROWER]), groupOf([OLD]), OPTIONS);
    const removal: Step = { kind: 'revoke', direction: 'ingress', checkpoint: false, targets: [OLD] };
    const journal = await journalWith([...steps, removal]);
    expect(await shows(journal, groupOf([]))).toBe(true);
    expect(await shows(journal, groupOf([changed]))).toBe(false);
  });
});

describe('on the API of 2019 rules are known by their fields', () => {
  const selector = {
    IpProtocol: 'TCP',
    PortRange: '23/23',
    Ipv6SourceCidrIp: '2001:db8::/32',
    Priority: '1',
  };
  const old: DescribedRule = { ...GONE, id: null, selector };
  const showsAfter = async (steps: readonly Step[], rules: readonly DescribedRule[]): Promise<boolean> =>
    shows(await journalWith(steps, 'applied', 'legacy2019'), { ...groupOf(rules), apiLevel: 'legacy2019' });
  const wish = (wished: DescribedRule['rule']) => ({
    rule: wished,
    name: null,
    expiresAtMs: null,
    source: policyOf([]).source,
  });

  it('that came and went', async () => {
    const base = { direction: 'ingress', checkpoint: false } as const;
    const steps: Step[] = [
      { kind: 'authorize', ...base, rules: [wish(NEW)] },
      { kind: 'revoke', ...base, targets: [old] },
    ];
    const bare = { ...brought, id: null, selector: { PortRange: '443/443' } };
    const seen = await Promise.all([[bare], [old], [old, bare]].map((rules) => showsAfter(steps, rules)));
    expect(seen).toEqual([true, false, false]);
  });

  it('that got another priority', async () => {
    const to = { ...GONE.rule, priority: 7 };
    const steps: Step[] = [
      {
        kind: 'modify',
        direction: 'ingress',
        checkpoint: false,
        target: old,
        to: wish(to),
      },
    ];
    const altered = { ...old, rule: to, selector: { ...selector, Priority: '7' } };
    expect(await showsAfter(steps, [altered])).toBe(true);
    expect(await showsAfter(steps, [old])).toBe(false);
  });
});

it('what an earlier plan did was seen when the last one was made', async () => {
  const journal = await journalWith(PLAN.steps);
  const back = planFor(policyOf([NARROWER]), groupOf([changed, brought, broughtPeer]), OPTIONS);
  await write(journal, { steps: back.steps, reconcileId: '2', result: 'applied', level: 'current' });
  expect(await shows(journal, groupOf([changed]))).toBe(true);
  expect(await shows(journal, groupOf([changed, brought]))).toBe(false);
});

it('a call left open by an earlier plan belongs to the plan that made it at last', async () => {
  let nowMs = 900;
  const journal = openMemoryJournal({ clock: { ...clock, nowMs: () => (nowMs += 1) }, randomByte: () => 7 });
  const [mine, another] = PLAN.steps.map((step) => ({
    ...stepRequest(BEFORE, step, 'current'),
    effect: effectOf(step),
  }));
  if (mine === undefined || another === undefined) throw new Error('the plan has several steps');
  const about = { group: BEFORE, revision: 'r', planHash: 'p', step: 1 };
  const leftOpen = await journal.openIntent({ ...about, reconcileId: '1', ...another });
  const { clientToken } = await journal.openIntent({ ...about, reconcileId: '2', ...mine });
  const applied = { result: 'applied', requestId: null, code: null } as const;
  await journal.closeIntent(clientToken, applied);
  await journal.closeIntent(leftOpen.clientToken, applied);
  const rules = [changed, brought, broughtPeer];
  // Whatever the two calls are: without one of their effects the picture is not believed.
  const partial = [[OLD, brought, broughtPeer, GONE], [changed, GONE], [OLD]].map((each) =>
    shows(journal, groupOf(each)),
  );
  expect(await shows(journal, groupOf(rules))).toBe(true);
  expect(await Promise.all(partial)).toEqual([false, false, false]);
});

describe('nothing needs to be waited for', () => {
  it('if the last call is older', async () => {
    expect(await shows(await journalWith(PLAN.steps), BEFORE, 1 + LAG_MS)).toBe(true);
  });

  it('if it was another group', async () => {
    const elsewhere = { ...BEFORE, region: 'cn-beijing' };
    expect(await shows(await journalWith(PLAN.steps), elsewhere)).toBe(true);
  });

  it.each(['failed', 'superseded', 'abandoned'] as const)('if the call was %s', async (result) => {
    expect(await shows(await journalWith(PLAN.steps, result), BEFORE)).toBe(true);
  });

  it('if the group was seen as its policy says after it', async () => {
    const journal = await journalWith(PLAN.steps);
    await journal.mark(BEFORE, { applied: 'r' });
    expect(await shows(journal, BEFORE)).toBe(true);
  });
});

it('a retry that is told that it was so already was our own work all the same', async () => {
  expect(await shows(await journalWith(PLAN.steps, 'noop'), BEFORE)).toBe(false);
});

it('what an older Rampart did is waited for as long as reads may lag, since its journal tells no effects', async () => {
  const store = new MemoryStore();
  const journal = openMemoryJournal({ clock, randomByte: () => 7 }, store);
  await write(journal, { steps: PLAN.steps, reconcileId: '1', result: 'applied', level: 'current' });
  const [first, ...others] = store.closed;
  if (first === undefined) throw new Error('the plan has steps');
  store.closed.splice(0, Infinity, { ...first, effect: null }, ...others);
  const after = groupOf([changed, brought, broughtPeer]);
  expect(await shows(journal, after, LAG_MS)).toBe(false);
  expect(await shows(journal, after, LAG_MS + 1)).toBe(true);
});

it.each([3_600_000, -3_600_000])(
  'what was written is waited for also where the clock was set by %i ms since',
  async (byMs) => {
    expect(await shows(await journalWith(PLAN.steps), BEFORE, 0, 1000 + byMs)).toBe(false);
  },
);
