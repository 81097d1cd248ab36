// Invariants: inputs of one digest give equal plans while the time stays below the instant that stands beside it; a group that
// is made of other objects has the digest that it had; the instant is one of the ends that the input holds.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestInput, sameUntilMs } from '../../daemon/learned/input-digest.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import { guardrail } from '../support/judge/demands.ts';
import { PLAN_CASES, planCase } from '../support/plan-cases.ts';
import { SAFETY } from '../support/plan-inputs.ts';
import { runs } from '../support/runs.ts';

const LATEST_MS = 1000;
const instant = fc.integer({ min: 1, max: LATEST_MS });
const ends = fc.record({
  exempt: fc.option(instant),
  approval: fc.option(instant),
  hold: fc.option(instant),
  frozen: fc.option(instant),
});

type Ends = Readonly<Record<'exempt' | 'approval' | 'hold' | 'frozen', number | null>>;

/** Half of the groups are as their policy wants them. */
function inputOf(number: number, isConverged: boolean, { exempt, approval, hold, frozen }: Ends): PlanInput {
  const { policy, group, options } = planCase(number);
  const { legacyPriority = 'modify', listSizes = {}, ...settings } = options;
  const wanted = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])];
  const rules = wanted.map(({ rule }, at) => ({ rule, id: `sgr-${at}`, selector: {} }));
  const described = isConverged ? { ...group, apiLevel: 'current' as const, rules } : group;
  const exemptions = exempt === null ? [] : [{ group: group.id, reason: 'x', untilMs: exempt }];
  const given = { desiredHash: null, losing: null, opening: null, by: 'x', reason: 'x', atMs: 0 };
  const planHash = planGroup({ desired: policy, described, settings, nowMs: 0 }).hash;
  return {
    desired: policy,
    described,
    settings,
    learned: { legacyPriority, listSizes },
    holds: hold === null ? [] : [{ group: null, reason: 'x', untilMs: hold }],
    frozen:
      frozen === null
        ? null
        : { name: 'x', allow: 'none', holdsPolicy: false, untilMs: frozen, isLonger: false },
    safety: {
      ...SAFETY,
      guardrails: [guardrail({ exempt: exemptions })],
      approvals: approval === null ? [] : [{ ...given, planHash, untilMs: approval }],
    },
    nowMs: 0,
  };
}

const drawn = fc.record({
  number: fc.integer({ min: 0, max: PLAN_CASES - 1 }),
  isConverged: fc.boolean(),
  ends,
  earlier: fc.integer({ min: 0, max: LATEST_MS }),
  later: fc.integer({ min: 0, max: LATEST_MS + 100 }),
});

it('a plan is the same at every time before the instant that stands beside the digest of its input', () => {
  fc.assert(
    fc.property(drawn, ({ number, isConverged, ends: given, earlier, later }) => {
      const first = { ...inputOf(number, isConverged, given), nowMs: earlier };
      const untilMs = sameUntilMs(first);
      const second = {
        ...inputOf(number, isConverged, given),
        nowMs: Math.min(earlier + later, untilMs - 1),
      };
      expect(digestInput(second, null).digest).toBe(digestInput(first, null).digest);
      expect(planGroup(second)).toEqual(planGroup(first));
      expect([Infinity, ...Object.values(given)]).toContain(untilMs);
    }),
    runs(60),
  );
});
