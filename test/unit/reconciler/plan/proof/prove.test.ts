import { describe, expect, it } from 'vitest';
import type { DescribedRule } from '../../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { Promised } from '../../../../../reconciler/plan/proof/transition.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { packetText } from '../../../../../reconciler/exposure/text/packet-text.ts';
import { prove } from '../../../../../reconciler/plan/proof/prove.ts';
import { proofOf } from '../../../../../reconciler/plan/proof/proof.ts';
import { described, desired, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const base = { direction: 'ingress', checkpoint: false } as const;
const add = (...rules: readonly Rule[]): Step => ({
  ...base,
  kind: 'authorize',
  rules: rules.map((item) => desired(item)),
});
const remove = (...targets: readonly DescribedRule[]): Step => ({ ...base, kind: 'revoke', targets });
/** Of a rule that the plan made itself. */
const removeOwn = (item: Rule): Step => remove({ rule: item, id: null, selector: {} });

const ssh = (peer: string, action: Rule['action'], priority: number) =>
  rule({ ports: '22', peer, action, priority });
const narrow = ssh('10.0.0.0/8', 'accept', 5);
const wide = ssh('0.0.0.0/0', 'accept', 5);
const drop = ssh('10.1.0.0/16', 'drop', 5);
const out = rule({ direction: 'egress', protocol: 'all', action: 'drop' });

type Plan = (...held: readonly DescribedRule[]) => Step[];

describe('the proof of a plan', () => {
  it.each<[string, Rule[], Plan, Promised, 'proved' | 'violated']>([
    ['nothing to do', [narrow], () => [], 'hitless', 'proved'],
    ['new before old', [narrow], (old) => [add(wide), remove(old)], 'hitless', 'proved'],
    ['old before new: cuts', [narrow], (old) => [remove(old), add(wide)], 'hitless', 'violated'],
    ['old before new: opens nothing', [narrow], (old) => [remove(old), add(wide)], 'neverOpen', 'proved'],
    [
      'old before new: does not keep neverCut',
      [narrow],
      (old) => [remove(old), add(wide)],
      'neverCut',
      'violated',
    ],
    [
      'an accept before the drop that limits it: opens',
      [],
      () => [add(wide), add(drop)],
      'hitless',
      'violated',
    ],
    ['the same under neverOpen', [], () => [add(wide), add(drop)], 'neverOpen', 'violated'],
    ['the same under neverCut', [], () => [add(wide), add(drop)], 'neverCut', 'proved'],
    ['both in one batch, which may take effect in part', [], () => [add(wide, drop)], 'hitless', 'violated'],
    [
      'two revocations in one batch, of which one alone would open',
      [wide, drop],
      (...both) => [remove(...both)],
      'hitless',
      'violated',
    ],
    [
      'one after the other',
      [wide, drop],
      (accept, limit) => [remove(accept), remove(limit)],
      'hitless',
      'proved',
    ],
    [
      'a Modify, which is one call',
      [narrow],
      (old) => [{ ...base, kind: 'modify', target: old, to: desired(drop) }],
      'hitless',
      'proved',
    ],
    [
      'a weaker rule of the same say for a while',
      [wide],
      () => [add(narrow), removeOwn(narrow)],
      'hitless',
      'proved',
    ],
    [
      'a stronger rule of the same say for a while: a rule of another group may stand between the two',
      [wide],
      () => [add(ssh('10.0.0.0/8', 'accept', 1)), removeOwn(ssh('10.0.0.0/8', 'accept', 1))],
      'hitless',
      'violated',
    ],
    [
      'a stronger rule on the side of the new one for a while: likewise',
      [wide],
      () => [add(ssh('10.1.0.0/16', 'drop', 1)), add(drop), removeOwn(ssh('10.1.0.0/16', 'drop', 1))],
      'hitless',
      'violated',
    ],
    ['a default that is cut for a while', [], () => [add(out), removeOwn(out)], 'neverCut', 'violated'],
    ['a default that is cut opens nothing', [], () => [add(out), removeOwn(out)], 'neverOpen', 'proved'],
  ])('%s', (...row) => {
    const [, rules, plan, promised, expected] = row;
    const held = described(rules);
    expect(proofOf(groupOf(held), plan(...held), { promised, batchesAtomic: false, alone: false }).kind).toBe(
      expected,
    );
  });

  it('holds for a batch of any order if batches are promised to be atomic', () => {
    expect(
      proofOf(groupOf([]), [add(wide, drop)], { promised: 'hitless', batchesAtomic: true, alone: false })
        .kind,
    ).toBe('proved');
  });
});

describe('what comes of a proof', () => {
  const held = described([narrow]);
  const cut = [remove(...held), add(wide)];
  const claim = { promised: 'hitless', batchesAtomic: false, alone: false } as const;

  it('is an objection to a plan that breaks its promise, which names the packet and the call', () => {
    const { objections, exceptions } = prove(groupOf(held), cut, claim);
    expect(exceptions).toEqual([]);
    expect(objections.map(({ kind, call, witness }) => [kind, call, packetText(witness)])).toEqual([
      ['brokenPromise', 1, expect.stringContaining('ingress tcp port 22 peer 10.0.0.7')],
    ]);
  });

  it('is nothing for a plan that promises nothing', () => {
    expect(prove(groupOf(held), cut, { ...claim, promised: null })).toEqual({
      exceptions: [],
      objections: [],
    });
  });

  it('says so if the budget does not reach', () => {
    expect(proofOf(groupOf(held), [add(wide), remove(...held)], claim, 0)).toEqual({ kind: 'unproved' });
  });

  it('crashes on a plan that names a rule that is not there', () => {
    expect(() => proofOf(groupOf(held), [remove(...held), remove(...held)], claim)).toThrow('not there');
  });
});
