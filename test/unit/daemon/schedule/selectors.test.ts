// Selectors over a cloud that is a table of names and tags.
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../../reconciler/model/result.ts';
import {
  groupSelectorText,
  type DesiredGroup,
  type GroupSelector,
} from '../../../../reconciler/model/group.ts';
import type { Failure } from '../../../../daemon/ecs/failures/failure.ts';
import { expiringRules, TargetResolver } from '../../../../daemon/schedule/selectors.ts';
import { REFUSING_ECS } from '../../../support/fake-engine.ts';
import { desired } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const BUSY: Failure = {
  kind: 'retry',
  code: 'Busy',
  message: 'busy',
  requestId: null,
  httpStatus: null,
  retryAfterMs: null,
};

const byId = (id: string): GroupSelector => ({ kind: 'id', id });
const byName = (name: string): GroupSelector => ({ kind: 'name', name });
const byTag = (value: string): GroupSelector => ({ kind: 'tags', tags: { team: value } });

function groupOf(selector: GroupSelector, fields: Partial<DesiredGroup> = {}): DesiredGroup {
  return {
    account: 'default',
    region: 'cn-hangzhou',
    selector,
    mode: null,
    alone: false,
    ignore: [],
    rules: { ingress: [], egress: null },
    source: { file: 'web.yaml', line: 1, column: 1 },
    ...fields,
  };
}

/** What is found by the text of a selector; it may be changed. A selector without an entry cannot be resolved now. */
function setUp(cloud: Record<string, readonly string[]>) {
  const resolver = new TargetResolver(
    {
      ...REFUSING_ECS,
      findGroups: (_place, selector) => {
        const found = cloud[groupSelectorText(selector)];
        return Promise.resolve(found === undefined ? err(BUSY) : ok(found));
      },
    },
    'additive',
  );
  const resolve = async (groups: readonly DesiredGroup[], nowMs = 0) => {
    const { targets, unresolved } = await resolver.resolve(groups, nowMs);
    return { ids: targets.map(({ id }) => id), targets, reasons: unresolved.map(({ reason }) => reason) };
  };
  return { resolver, resolve };
}

describe('a selector', () => {
  it('by id means this group, without a call', async () => {
    expect(await setUp({}).resolve([groupOf(byId('sg-1'))])).toMatchObject({ ids: ['sg-1'], reasons: [] });
  });

  it('by name means the only group of this name', async () => {
    const { resolve } = setUp({ 'name "web"': ['sg-1'] });
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: ['sg-1'], reasons: [] });
  });

  it.each([
    { found: [], reason: '0 groups have this name; exactly one must' },
    { found: ['sg-1', 'sg-2'], reason: '2 groups have this name; exactly one must' },
  ])('by name means no group if the cloud finds $found.length of it', async ({ found, reason }) => {
    const { resolve } = setUp({ 'name "web"': found });
    expect(await resolve([groupOf(byName('web'))])).toMatchObject({ ids: [], reasons: [reason] });
  });

  it('by tags means every group that has them', async () => {
    const { resolve } = setUp({ 'tags team=shop': ['sg-1', 'sg-2'] });
    expect(await resolve([groupOf(byTag('shop'))])).toMatchObject({ ids: ['sg-1', 'sg-2'], reasons: [] });
  });

  it('keeps the groups that it meant last while it cannot be resolved', async () => {
    const cloud: Record<string, readonly string[]> = { 'tags team=shop': ['sg-1'] };
    const { resolve } = setUp(cloud);
    await resolve([groupOf(byTag('shop'))]);
    delete cloud['tags team=shop'];
    expect(await resolve([groupOf(byTag('shop'))])).toMatchObject({ ids: ['sg-1'], reasons: ['busy'] });
  });

  it('that left the policies and came back does not keep what it meant before', async () => {
    const cloud: Record<string, readonly string[]> = { 'tags team=shop': ['sg-1'] };
    const { resolver, resolve } = setUp(cloud);
    await resolve([groupOf(byTag('shop'))]);
    resolver.keep([]);
    delete cloud['tags team=shop'];
    expect(await resolve([groupOf(byTag('shop'))])).toMatchObject({ ids: [], reasons: ['busy'] });
  });
});

describe('two selectors that mean the same group', () => {
  it('leave it alone and say so, while the other groups go on', async () => {
    const { resolve } = setUp({ 'tags team=shop': ['sg-1', 'sg-2'] });
    const result = await resolve([groupOf(byTag('shop')), groupOf(byId('sg-1'))]);
    expect(result).toMatchObject({
      ids: ['sg-2'],
      reasons: ['sg-1 is meant by two entries of the policies'],
    });
  });
});

describe('what a target wants', () => {
  it('has the mode of its policy, or else the default', async () => {
    const { targets } = await setUp({}).resolve([
      groupOf(byId('sg-1')),
      groupOf(byId('sg-2'), { mode: 'observe' }),
    ]);
    expect(targets.map(({ mode }) => mode)).toEqual(['additive', 'observe']);
  });

  it('has no rule whose time is up, and no direction that the policy leaves out', async () => {
    const [short, long] = [rule({ ports: '22' }), rule({ ports: '443' })];
    const ingress = [{ ...desired(short), expiresAtMs: 1000 }, desired(long)];
    const groups = [groupOf(byId('sg-1'), { rules: { ingress, egress: null } })];
    const portsAt = async (nowMs: number) => {
      const { targets } = await setUp({}).resolve(groups, nowMs);
      return targets.map(({ rules }) => [rules.ingress?.length, rules.egress]);
    };
    expect(await portsAt(999)).toEqual([[2, null]]);
    expect(await portsAt(1000)).toEqual([[1, null]]);
  });
});

describe('the rules that expire', () => {
  it('come soonest first, over all groups, without those that stay', () => {
    const until = (expiresAtMs: number | null) => ({ ...desired(rule({ ports: '22' })), expiresAtMs });
    const groups = [
      groupOf(byId('sg-1'), { rules: { ingress: [until(3000), until(null)], egress: null } }),
      groupOf(byId('sg-2'), { rules: { ingress: null, egress: [until(1000)] } }),
    ];
    const state = { revision: 'r1', groups, expectations: [], guardrails: [] };
    expect(expiringRules(state).map((each) => each.expiresAtMs)).toEqual([1000, 3000]);
  });
});
