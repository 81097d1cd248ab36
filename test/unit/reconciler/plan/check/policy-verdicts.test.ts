// What holds a policy: what its rules break by themselves, and those of the policy in force do not.
import { describe, expect, test } from 'vitest';
import type { Guardrail } from '../../../../../reconciler/model/packets/pattern.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan, GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import type { SafetyInput } from '../../../../../reconciler/plan/safety.ts';
import { expectation, guardrail } from '../../../../support/judge/demands.ts';
import {
  desired,
  described,
  groupOf,
  OPTIONS,
  planFor,
  policyOf,
  SAFETY,
} from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

interface Scene {
  readonly inForce: GroupPolicy | null;
  readonly wanted: GroupPolicy;
  readonly there: readonly Rule[];
  readonly safety: Partial<SafetyInput>;
}

const planOf = ({ inForce, wanted, there, safety }: Scene): GroupPlan =>
  planFor(wanted, groupOf(described(there)), OPTIONS, {
    safety: { ...SAFETY, brake: 'off', inForce, ...safety },
    nowMs: 1000,
  });

const held = (plan: GroupPlan): string[] => plan.heldBy.map(({ kind }) => kind);

const NO_SSH = guardrail({ services: ['tcp/22'] });
const SSH = rule({ ports: '22' });
const WEB = rule({ ports: '443' });
const DESCRIBED: Guardrail = {
  ...guardrail({ id: 'described' }),
  what: { kind: 'rule', expression: 'rule.description != ""' },
};

describe('a policy that breaks a guardrail which the one in force keeps', () => {
  test('is held and blocks, also where the group has all of it already and there is nothing to do', () => {
    const plan = planOf({
      inForce: policyOf([WEB]),
      wanted: policyOf([WEB, SSH]),
      there: [WEB, SSH],
      safety: { guardrails: [NO_SSH] },
    });
    expect([plan.status, plan.steps.length, held(plan)]).toEqual(['blocked', 0, ['guardrail']]);
    expect(plan.blockedBy).toEqual(plan.heldBy);
  });

  test('is told once where its plan would break it too', () => {
    const plan = planOf({
      inForce: policyOf([WEB]),
      wanted: policyOf([WEB, SSH]),
      there: [WEB],
      safety: { guardrails: [NO_SSH] },
    });
    expect([held(plan), plan.blockedBy.length]).toEqual([['guardrail'], 1]);
  });

  test('is not held under a warning, an exemption, in the first policy, or with the same rules elsewhere', () => {
    const wanted = policyOf([WEB, SSH]);
    const exempt = [{ group: wanted.id, reason: 'appliance', untilMs: 1001 }];
    const scene = { inForce: policyOf([WEB]), wanted, there: [WEB, SSH] };
    const heldWith = (fields: Partial<Scene>): string[] =>
      held(planOf({ ...scene, safety: { guardrails: [NO_SSH] }, ...fields }));
    expect(heldWith({ safety: { guardrails: [{ ...NO_SSH, severity: 'warning' }] } })).toEqual([]);
    expect(heldWith({ safety: { guardrails: [{ ...NO_SSH, exempt }] } })).toEqual([]);
    expect(heldWith({ inForce: null })).toEqual([]);
    expect(heldWith({ inForce: policyOf([SSH, WEB]) })).toEqual([]);
  });

  test('is held again once its exemption has ended', () => {
    const wanted = policyOf([WEB, SSH]);
    const exempt = [{ group: wanted.id, reason: 'appliance', untilMs: 1000 }];
    const safety = { guardrails: [{ ...NO_SSH, exempt }] };
    expect(held(planOf({ inForce: policyOf([WEB]), wanted, there: [WEB], safety }))).toEqual(['guardrail']);
  });

  test('is not held for a direction that it leaves to others', () => {
    const noMail = guardrail({ direction: 'egress', services: ['tcp/25'] });
    const drop = rule({ direction: 'egress', protocol: 'all', action: 'drop' });
    const six = rule({ direction: 'egress', protocol: 'all', action: 'drop', peer: '::/0' });
    const plan = planOf({
      inForce: policyOf([drop, six, WEB]),
      wanted: policyOf([WEB], { rules: { ingress: [desired(WEB)], egress: null } }),
      there: [drop, six, WEB],
      safety: { guardrails: [noMail] },
    });
    expect([plan.status, held(plan)]).toEqual(['converged', []]);
  });

  test('is a cure as long as it opens nothing more of it', () => {
    const half = rule({ ports: '22', peer: '0.0.0.0/1' });
    const safety = { guardrails: [NO_SSH] };
    const cure = planOf({ inForce: policyOf([SSH]), wanted: policyOf([half]), there: [SSH], safety });
    expect([cure.status, held(cure)]).toEqual(['pending', []]);
    const back = planOf({ inForce: policyOf([half]), wanted: policyOf([SSH]), there: [half], safety });
    expect([back.status, held(back)]).toEqual(['blocked', ['guardrail']]);
  });
});

describe('a guardrail of rules', () => {
  const line = (rules: readonly Rule[]): GroupPolicy =>
    policyOf([], { rules: { ingress: rules.map((each) => desired(each, 7)), egress: [] } });

  test('holds a policy for a rule that comes from a line of which another rule broke it before', () => {
    const plan = planOf({
      inForce: line([WEB]),
      wanted: line([WEB, SSH]),
      there: [WEB],
      safety: { guardrails: [DESCRIBED] },
    });
    expect([plan.status, held(plan)]).toEqual(['blocked', ['guardrail']]);
    expect(plan.blockedBy[0]?.message).toContain('tcp 22/22');
  });

  test('blocks a plan for such a rule where no policy is in force, and tells each line once', () => {
    const plan = planOf({
      inForce: null,
      wanted: line([WEB, SSH]),
      there: [WEB],
      safety: { guardrails: [DESCRIBED] },
    });
    expect([plan.status, plan.blockedBy.map(({ kind }) => kind)]).toEqual(['blocked', ['guardrail']]);
    expect(plan.findings.map(({ id }) => id)).toEqual(['described']);
  });
});

describe('an expectation', () => {
  const REACHED = expectation('accept', { services: ['tcp/443'], peers: ['10.0.0.0/8'], name: 'reached' });
  const OFFICE = rule({ ports: '443', peer: '10.0.0.0/8' });

  test('that the policy in force meets holds one that does not, whatever the group has besides', () => {
    const plan = planOf({
      inForce: policyOf([OFFICE]),
      wanted: policyOf([]),
      there: [OFFICE],
      safety: { expectations: [REACHED] },
    });
    expect([plan.status, held(plan)]).toEqual(['blocked', ['expectation']]);
  });

  test('that failed before holds nothing that makes it fail for no more packets', () => {
    const part = rule({ ports: '443', peer: '10.0.0.0/9' });
    const scene = { there: [part], safety: { expectations: [REACHED] } };
    expect(held(planOf({ ...scene, inForce: policyOf([part]), wanted: policyOf([part, SSH]) }))).toEqual([]);
    const other = rule({ ports: '443', peer: '10.128.0.0/9' });
    const moved = planOf({ ...scene, inForce: policyOf([part]), wanted: policyOf([other]) });
    expect(held(moved)).toEqual(['expectation']);
  });

  test('that hangs on an unread list is held where it was met for certain, and else only if it says so', () => {
    const listed = rule({ ports: '443', peer: 'pl-x' });
    const scene = { wanted: policyOf([listed]), there: [listed] };
    const before = policyOf([OFFICE]);
    expect(held(planOf({ ...scene, inForce: before, safety: { expectations: [REACHED] } }))).toEqual([
      'expectation',
    ]);
    const closed = expectation('drop', { services: ['tcp/443'] });
    const unsure = { inForce: policyOf([rule({ ports: '443', peer: 'pl-y' })]), ...scene };
    expect(held(planOf({ ...unsure, safety: { expectations: [closed] } }))).toEqual([]);
    const strict: SafetyInput['expectations'] = [{ ...closed, unknown: 'block' }];
    expect(held(planOf({ ...unsure, safety: { expectations: strict } }))).toEqual(['expectation']);
  });
});

describe('what is left out of a plan for now', () => {
  const OFFICE = rule({ ports: '443', peer: '10.0.0.0/8' });
  const BY_HAND = rule({ ports: '8080', peer: '10.9.0.0/16' });
  const policy = policyOf([OFFICE]);
  const ruleOf = (each: Rule): ReadonlySet<string> => new Set([ruleIdentity(each)]);
  const NONE: ReadonlySet<string> = new Set();

  test('holds no policy that is met but for a rule that rests: other drift is repaired', () => {
    const reached = expectation('accept', { services: ['tcp/443'], peers: ['10.0.0.0/8'] });
    const plan = planFor(policy, groupOf(described([BY_HAND])), OPTIONS, {
      safety: { ...SAFETY, brake: 'off', inForce: policy, expectations: [reached] },
      learned: { resting: { identities: ruleOf(OFFICE), untilMs: 9000 } },
    });
    expect([plan.status, held(plan), plan.steps.map(({ kind }) => kind)]).toEqual([
      'pending',
      [],
      ['revoke'],
    ]);
  });

  test('holds no policy for a rule that is not of it, and that the cloud refuses to remove', () => {
    const plan = planFor(policy, groupOf(described([OFFICE, SSH, BY_HAND])), OPTIONS, {
      safety: { ...SAFETY, brake: 'off', inForce: policy, guardrails: [NO_SSH, DESCRIBED] },
      learned: { quarantined: { desired: NONE, described: ruleOf(SSH) } },
    });
    expect([plan.status, held(plan), plan.steps.map(({ kind }) => kind)]).toEqual([
      'pending',
      [],
      ['revoke'],
    ]);
  });
});
