import { describe, expect, it } from 'vitest';
import { prove } from '../../../../reconciler/plan/prove.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import { verify, type Claim } from '../../../../reconciler/plan/verify.ts';
import { described, desired, groupOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const narrow = rule({ ports: '22', peer: '10.0.0.0/8' });
const wide = rule({ ports: '22' });
const drop = rule({ ports: '22', peer: '10.1.0.0/16', action: 'drop' });
const base = { direction: 'ingress', checkpoint: false } as const;
const add = (...rules: ReadonlyArray<typeof wide>): Step => ({
  ...base,
  kind: 'authorize',
  rules: rules.map((item) => desired(item)),
});
const [held] = described([narrow]);
if (held === undefined) throw new Error('no rule');
const group = groupOf([held]);
const remove: Step = { ...base, kind: 'revoke', targets: [held] };
const parts: Claim = { promised: 'hitless', batchesAtomic: false };

describe('the proof of a plan', () => {
  it.each<[string, Step[], Claim, string]>([
    ['nothing to do', [], parts, 'proved'],
    ['new before old', [add(wide), remove], parts, 'proved'],
    ['old before new: cuts', [remove, add(wide)], parts, 'violated'],
    ['old before new opens nothing', [remove, add(wide)], { ...parts, promised: 'neverOpen' }, 'proved'],
    ['old before new cuts', [remove, add(wide)], { ...parts, promised: 'neverCut' }, 'violated'],
    [
      'an accept before the drop that limits it: opens',
      [add(rule({ ports: '23' })), add(rule({ ports: '23', action: 'drop', peer: '10.0.0.0/8' }))],
      parts,
      'violated',
    ],
    [
      'both in one batch, which may take effect in part',
      [add(rule({ ports: '23' }), rule({ ports: '23', action: 'drop', peer: '10.0.0.0/8' }))],
      parts,
      'violated',
    ],
    [
      'both in one batch, which is promised to be atomic',
      [add(rule({ ports: '23' }), rule({ ports: '23', action: 'drop', peer: '10.0.0.0/8' }))],
      { ...parts, batchesAtomic: true },
      'proved',
    ],
    [
      'a Modify, which is one call',
      [{ ...base, kind: 'modify', target: held, to: desired(drop) }],
      parts,
      'proved',
    ],
  ])('%s', (...row) => {
    const [, steps, claim, expected] = row;
    expect(verify(group, steps, claim).kind).toBe(expected);
  });

  it('blocks a plan that breaks its promise, with the packet and the call', () => {
    const { blockedBy, exceptions } = prove(group, [remove, add(wide)], parts);
    expect(exceptions).toEqual([]);
    expect(blockedBy.map(({ kind }) => kind)).toEqual(['unsafe']);
    expect(blockedBy[0]?.message).toContain('call 1');
    expect(blockedBy[0]?.message).toContain('ingress protocol 6 port 22 peer 10.0.0.0');
  });

  it('says so if the budget does not reach', () => {
    expect(verify(group, [add(wide), remove], parts, 0)).toEqual({ kind: 'unproved' });
  });

  it('crashes on a plan that names a rule that is not there', () => {
    expect(() => verify(group, [remove, remove], parts)).toThrow('not there');
  });
});
