// Whether a change makes a guardrail worse that was violated before.
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../../../reconciler/judge/count/senders.ts';
import type { GuardrailChange } from '../../../../../reconciler/judge/verdict/guardrail.ts';
import { judgeChange } from '../../../../../reconciler/judge/verdict/judge.ts';
import { exposedText } from '../../../../../reconciler/judge/verdict/text.ts';
import { guardrail } from '../../../../support/judge/demands.ts';
import { groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const FROM_ANYWHERE = guardrail({ services: ['tcp/22'], peers: ['anywhere'] });

const ssh = (peer: string, fields: Parameters<typeof rule>[0] = {}) =>
  rule({ protocol: 'tcp', ports: '22', peer, ...fields });

function changeOf(before: ReadonlyArray<ReturnType<typeof ssh>>, after: typeof before): GuardrailChange {
  const context = {
    group: groupContext(groupOf([])),
    privateNetworks: DEFAULT_PRIVATE_NETWORKS,
    nowMs: 0,
  };
  const demands = { guardrails: [FROM_ANYWHERE], expectations: [] };
  const [judged] = judgeChange(before, after, demands, context).guardrails;
  if (judged === undefined) throw new Error('a guardrail without a verdict');
  return judged.verdict;
}

describe('a guardrail that tolerates nothing from anywhere, and is violated by an accept for a group', () => {
  it('is made worse by an accept for another group, and names it', () => {
    const change = changeOf([ssh('sg-a')], [ssh('sg-a'), ssh('sg-b')]);
    expect(change.kind).toBe('worse');
    const text = change.kind === 'worse' ? exposedText(FROM_ANYWHERE, change.excess, () => null) : '';
    expect(text).toContain('tcp 22/22 is exposed to 4294967296 addresses in sg-b over IPv4');
  });

  it.each([
    ['the same accept again at another priority', [ssh('sg-a'), ssh('sg-a', { priority: 7 })]],
    [
      'an accept for another group behind a stronger drop of it',
      [ssh('sg-a', { priority: 2 }), ssh('sg-b', { priority: 2 }), ssh('sg-b', { action: 'drop' })],
    ],
    ['an accept for another group at a port that is not denied', [ssh('sg-a'), ssh('sg-b', { ports: '23' })]],
    ['an accept for fewer', [ssh('sg-a', { priority: 2 }), ssh('sg-c', { action: 'drop' })]],
  ])('is not made worse by %s', (_, after) => {
    expect(changeOf([ssh('sg-a')], after).kind).toBe('kept');
  });

  it('is made worse by an accept for addresses too, and satisfied once the accept is gone', () => {
    expect(changeOf([ssh('sg-a')], [ssh('sg-a'), ssh('10.0.0.0/8')]).kind).toBe('worse');
    expect(changeOf([ssh('sg-a')], []).kind).toBe('satisfied');
  });
});
