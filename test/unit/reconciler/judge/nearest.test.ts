// The nearest change to each built-in guardrail of exposure: it can be written, and the guardrail passes.
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../../../reconciler/exposure/engine/context.ts';
import { nearestChange, type NearestChange } from '../../../../reconciler/judge/nearest/nearest.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../../reconciler/judge/count/senders.ts';
import { isDeny, type Deny } from '../../../../reconciler/judge/verdict/guardrail.ts';
import { judgeGuardrail } from '../../../support/judge/judge-guardrail.ts';
import { nearestText } from '../../../../reconciler/judge/verdict/text.ts';
import { parsePolicyProtocol } from '../../../../reconciler/model/protocol.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import {
  BUILT_IN_GUARDRAIL_IDS,
  builtInGuardrail,
} from '../../../../reconciler/policy/built-in/guardrails.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { groupOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const context = {
  group: groupContext(groupOf([])),
  privateNetworks: DEFAULT_PRIVATE_NETWORKS,
  nowMs: 0,
};

const DENIES = BUILT_IN_GUARDRAIL_IDS.flatMap((id): Deny[] => {
  const found = { ...guardrail({ id }), ...builtInGuardrail(id) };
  return isDeny(found) ? [found] : [];
});

const OPEN = ['0.0.0.0/0', '::/0'].flatMap((peer) =>
  (['ingress', 'egress'] as const).map((direction) =>
    rule({ direction, protocol: 'all', peer, priority: 50 }),
  ),
);

function rulesAfter(rules: readonly Rule[], change: NearestChange): Rule[] {
  if (change.kind === 'drop') return [...rules, ...change.drops];
  const gone = new Set(change.edits.map((edit) => edit.rule));
  return [...rules.filter((each) => !gone.has(each)), ...change.edits.flatMap(({ keeps }) => keeps)];
}

describe.each(DENIES.map((deny) => [deny.id, deny] as const))('%s', (_, deny) => {
  it.each([
    ['rules for every protocol', OPEN],
    ['no rules at all', []],
  ])('passes after its nearest change to %s, which a policy can say', (_title, rules) => {
    if (judgeGuardrail(deny, rules, context).verdict.kind === 'satisfied') return;
    const change = nearestChange(deny, rules, context);
    if (change === null) throw new Error('no change was found');
    const after = rulesAfter(rules, change);
    expect(after.filter(({ protocol }) => parsePolicyProtocol(protocol) === null)).toEqual([]);
    expect(judgeGuardrail(deny, after, context).verdict.kind).toBe('satisfied');
    expect(nearestText(change, () => ({ file: 'web.yaml', line: 1, column: 1 }))).not.toContain('253');
  });
});
