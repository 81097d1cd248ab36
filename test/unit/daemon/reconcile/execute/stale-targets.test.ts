import { describe, expect, it } from 'vitest';
import { staleTargets } from '../../../../../daemon/reconcile/execute/stale-targets.ts';
import type { DescribedRule } from '../../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { desired, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const WIDE = rule({ ports: '1-1024', peer: '10.0.0.0/8' });
const NARROW = rule({ ports: '443', peer: '10.0.0.0/8' });
const OTHER = rule({ ports: '22', peer: '10.1.0.0/16' });
const NEW = rule({ ports: '8443', peer: '10.0.0.0/8' });

const held = (id: string | null, of: Rule): DescribedRule => ({ id, rule: of, selector: {} });
const base = { direction: 'ingress', checkpoint: false } as const;
const authorize: Step = { ...base, kind: 'authorize', rules: [desired(NEW)] };
const narrow = (id: string | null): Step => ({
  ...base,
  kind: 'modify',
  target: held(id, WIDE),
  to: desired(NARROW),
});
const revoke = (id: string | null): Step => ({ ...base, kind: 'revoke', targets: [held(id, OTHER)] });

describe('targets of the steps ahead that are not as the plan knows them', () => {
  it.each<{ now: string; rules: readonly DescribedRule[]; moved: number }>([
    {
      now: 'both are there, beside what the plan added',
      rules: [held('a', WIDE), held('b', OTHER), held('c', NEW)],
      moved: 0,
    },
    { now: 'the one to be modified is gone', rules: [held('b', OTHER), held('c', NEW)], moved: 1 },
    { now: 'the one to be revoked is gone', rules: [held('a', WIDE), held('c', NEW)], moved: 1 },
    { now: 'one is another rule under its id', rules: [held('a', WIDE), held('b', NARROW)], moved: 1 },
    { now: 'one was put back under another id', rules: [held('a', WIDE), held('d', OTHER)], moved: 1 },
    {
      now: 'one is described otherwise',
      rules: [held('a', WIDE), held('b', { ...OTHER, description: 'old entry' })],
      moved: 0,
    },
    {
      now: 'the one to be modified was given a text, which would stay on what it becomes',
      rules: [held('a', { ...WIDE, description: 'web' }), held('b', OTHER)],
      moved: 1,
    },
  ])('$now', ({ rules, moved }) => {
    const ahead = [revoke('b'), narrow('a')];
    expect(staleTargets([authorize], ahead, groupOf(rules))).toHaveLength(moved);
  });

  it('lets a rule be given a text that the step replaces', () => {
    const to = desired({ ...NARROW, description: 'tls' });
    const step: Step = { ...base, kind: 'modify', target: held('a', WIDE), to };
    const group = groupOf([held('a', { ...WIDE, description: 'web' })]);
    expect(staleTargets([], [step], group)).toEqual([]);
  });

  it('does not ask about a rule that the plan itself has changed', () => {
    const later: Step = { ...base, kind: 'revoke', targets: [held('a', NARROW)] };
    expect(staleTargets([narrow('a')], [later], groupOf([held('a2', NARROW)]))).toEqual([]);
  });

  it('asks whether a rule that two steps modify is as the first of them knows it', () => {
    const later: Step = { ...base, kind: 'modify', target: held('a', NARROW), to: desired(OTHER) };
    const moved = (now: Rule) => staleTargets([], [narrow('a'), later], groupOf([held('a', now)]));
    expect(moved(WIDE)).toEqual([]);
    expect(moved(NARROW)).toHaveLength(1);
  });

  it('goes by what the rules are where they have no ids', () => {
    const legacy = { apiLevel: 'legacy2019' } as const;
    const ahead = [revoke(null), narrow(null)];
    expect(staleTargets([], ahead, groupOf([held(null, WIDE), held(null, OTHER)], legacy))).toEqual([]);
    expect(staleTargets([], ahead, groupOf([held(null, OTHER)], legacy))).toHaveLength(1);
  });

  it('does not take a rule that was put back in another spelling for the one that the step names', () => {
    const spelled = (SourceCidrIp: string) => ({ ...held(null, OTHER), selector: { SourceCidrIp } });
    const ahead: Step[] = [{ ...base, kind: 'revoke', targets: [spelled('10.1.0.0/16')] }];
    const moved = (...now: string[]) =>
      staleTargets([], ahead, groupOf(now.map(spelled), { apiLevel: 'legacy2019' }));
    expect(moved('10.1.0.9/16', '10.1.0.0/16')).toEqual([]);
    expect(moved('10.1.0.9/16')).toHaveLength(1);
  });

  it('takes a rule for the same whose fields an answer has in another order', () => {
    const of = (selector: DescribedRule['selector']) => ({ ...held(null, OTHER), selector });
    const ahead: Step[] = [
      { ...base, kind: 'revoke', targets: [of({ PortRange: '22/22', IpProtocol: 'TCP' })] },
    ];
    const now = groupOf([of({ IpProtocol: 'TCP', PortRange: '22/22' })], { apiLevel: 'legacy2019' });
    expect(staleTargets([], ahead, now)).toEqual([]);
  });
});
