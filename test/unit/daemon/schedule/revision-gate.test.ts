import { describe, expect, it, vi } from 'vitest';
import type { GroupFacts } from '../../../../daemon/journal/facts.ts';
import { RevisionGate } from '../../../../daemon/schedule/revision-gate.ts';
import type { DesiredGroup, DesiredState } from '../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { desiredHash } from '../../../../reconciler/plan/hash.ts';
import type { GroupPolicy } from '../../../../reconciler/plan/plan.ts';
import { DEFAULT_BRAKE } from '../../../../reconciler/plan/safety.ts';
import { fakeEngine } from '../../../support/fake-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const IDS = Array.from({ length: 12 }, (_, index) => `sg-${index}`);
const accepts = (ports: readonly number[]): Rule[] =>
  ports.map((port) => rule({ ports: String(port), peer: '10.0.0.0/8' }));

const policy = (id: string, ports: readonly number[]): GroupPolicy => ({
  ...policyOf(accepts(ports)),
  ...{ id, source: { file: `${id}.yaml`, line: 1, column: 1 } },
});
const group = (id: string, ports: readonly number[]): DesiredGroup => {
  const { account, region, mode, alone, ignore, rules, source } = policy(id, ports);
  return { account, region, mode, alone, ignore, rules, source, selector: { kind: 'id', id } };
};
const state = (revision: string, groups: readonly DesiredGroup[]): DesiredState => ({
  ...{ revision, groups, expectations: [], guardrails: [] },
});
const loaded = (desired: DesiredState, content: string) => ({
  ...{ state: desired, content, source: { facts: null, held: null, remote: null } },
});
const all = (ports: readonly number[]) => IDS.map((id) => group(id, ports));

function setUp() {
  const base = fakeEngine();
  const engine = { ...base, live: () => ({ ...base.live(), brake: DEFAULT_BRAKE }) };
  const approve = (planHash: string) =>
    engine.journal.approve({
      ...{ planHash, desiredHash: null, group: null, losing: null, opening: null },
      ...{ by: 'ada', reason: 'x', atMs: 0, untilMs: 1000 },
    });
  return { engine, journal: engine.journal, approve, gate: new RevisionGate(engine, 'enforce') };
}

/** A revision `r2` that takes a port from all groups was approved and let in. */
async function withApproved() {
  const parts = setUp();
  const { gate, journal, approve } = parts;
  const ports = [80, 443, 8080];
  for (const id of IDS) await journal.setFacts(policy(id, []), { inForce: policy(id, ports) });
  await gate.judge(loaded(state('r1', all(ports)), 'c1'));
  await approve('c2');
  await gate.judge(loaded(state('r2', all([80, 443])), 'c2'));
  return parts;
}

describe('the approval of a revision', () => {
  it('is passed on to a group that is found later, and is nothing to the revisions after it', async () => {
    const { gate, journal, approve } = setUp();
    for (const id of IDS) await journal.setFacts(policy(id, []), { inForce: policy(id, [80, 443, 8080]) });
    await gate.judge(loaded(state('r1', all([80, 443, 8080])), 'c1'));
    await approve('c2');
    expect(await gate.judge(loaded(state('r2', all([80, 443])), 'c2'))).toMatchObject({ held: null });
    await gate.grant([policy('sg-0', [80, 443])], 'r2');
    await gate.judge(loaded(state('r2', all([80, 443])), 'c2'));
    await gate.grant([policy('sg-1', [80, 443])], 'r2');
    expect(await journal.approvals(0, policy('sg-0', []))).toHaveLength(1);
    expect(await journal.approvals(0, policy('sg-1', []))).toHaveLength(1);

    // sg-2 could not be found until now, and a newer revision empties it.
    const next = [
      ...all([80, 443]).filter(({ selector }) => selector.kind !== 'id' || selector.id !== 'sg-2'),
    ];
    const verdict = await gate.judge(loaded(state('r3', [...next, group('sg-2', [])]), 'c3'));
    expect(verdict).toMatchObject({ held: null });
    await gate.grant([policy('sg-2', [])], 'r3');
    expect(await journal.approvals(0, policy('sg-2', []))).toEqual([]);
  });

  it('is about nothing that an earlier revision asked for and the brake of the group held', async () => {
    const { gate, journal, approve } = setUp();
    const ports = [80, 443, 8080];
    for (const id of IDS) await journal.setFacts(policy(id, []), { inForce: policy(id, ports) });
    await gate.judge(loaded(state('r1', all(ports)), 'c1'));
    const others = all(ports).slice(1);
    await gate.judge(loaded(state('r2', [group('sg-0', [443]), ...others]), 'c2'));
    await approve('c3');
    const next = [group('sg-0', [443]), group('sg-1', []), group('sg-2', [])];
    expect(await gate.judge(loaded(state('r3', next), 'c3'))).toMatchObject({ held: null });
    await gate.grant([policy('sg-0', [443]), policy('sg-1', [])], 'r3');
    expect(await journal.approvals(0, policy('sg-0', []))).toEqual([]);
    expect(await journal.approvals(0, policy('sg-1', []))).toHaveLength(1);
  });

  it('waits for the targets of its revision where those before it are still being handed over', async () => {
    const { gate, journal } = await withApproved();
    await gate.grant([policy('sg-0', [80, 443, 8080])], 'r1');
    await gate.grant([policy('sg-0', [80, 443])], 'r2');
    const granted = await journal.approvals(0, policy('sg-0', []));
    expect(granted.map(({ desiredHash: hash }) => hash)).toEqual([desiredHash(policy('sg-0', [80, 443]))]);
  });

  it('is passed on to a group that the one before it is being passed on to', async () => {
    const { gate, journal, approve } = await withApproved();
    const facts = await journal.facts(policy('sg-0', []));
    let answer: (value: GroupFacts) => void = () => undefined;
    vi.spyOn(journal, 'facts').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const before = gate.grant([policy('sg-0', [80, 443]), policy('sg-1', [80, 443])], 'r2');
    await approve('c3');
    await gate.judge(loaded(state('r3', all([80])), 'c3'));
    answer(facts);
    await before;
    await gate.grant([policy('sg-1', [80])], 'r3');
    const granted = await journal.approvals(0, policy('sg-1', []));
    expect(granted.map(({ desiredHash: hash }) => hash)).toEqual([desiredHash(policy('sg-1', [80]))]);
  });

  it('is passed on once more to a group that the journal could not be asked about', async () => {
    const { gate, journal } = await withApproved();
    vi.spyOn(journal, 'facts').mockRejectedValueOnce(new Error('out of touch'));
    const targets = [policy('sg-0', [80, 443])];
    await expect(gate.grant(targets, 'r2')).rejects.toThrow('out of touch');
    for (let look = 0; look < 2; look += 1) await gate.grant(targets, 'r2');
    expect(await journal.approvals(0, policy('sg-0', []))).toHaveLength(1);
  });

  it('goes on for its groups while a newer one is held', async () => {
    const { gate, journal, approve } = setUp();
    for (const id of IDS) await journal.setFacts(policy(id, []), { inForce: policy(id, [80, 443, 8080]) });
    await gate.judge(loaded(state('r1', all([80, 443, 8080])), 'c1'));
    await approve('c2');
    await gate.judge(loaded(state('r2', all([80, 443])), 'c2'));
    expect((await gate.judge(loaded(state('r3', all([80])), 'c3'))).held).toMatchObject({ hash: 'c3' });
    await gate.grant([policy('sg-0', [80, 443])], 'r2');
    expect(await journal.approvals(0, policy('sg-0', []))).toHaveLength(1);
  });
});
