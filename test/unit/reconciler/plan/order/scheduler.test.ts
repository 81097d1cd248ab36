import { describe, expect, it } from 'vitest';
import { Meter } from '../../../../../reconciler/exposure/engine/meter.ts';
import type { RuleAction } from '../../../../../reconciler/model/rule.ts';
import { differenceOf } from '../../../../../reconciler/plan/match/pair.ts';
import {
  authorization,
  modification,
  type CallLimits,
  type Change,
} from '../../../../../reconciler/plan/order/calls.ts';
import { Scheduler, type EarlyRelease } from '../../../../../reconciler/plan/order/scheduler.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { described, desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const LIMITS: CallLimits = { batchSize: 3, batchesAtomic: false, earlyReleaseWork: new Meter(0) };

/**
 * Letters are changes, the strongest first; capitals are Modify. `a+22` accepts port 22, `b-22` drops it: of two that
 * share a port, the first overrules the later one if it acts otherwise.
 */
function changes(text: string): Change[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, at) => {
      const [name = '', sign = '', ...ports] = word;
      const action: RuleAction = sign === '+' ? 'accept' : 'drop';
      const added = desired(
        rule({ action, priority: at + 1, ports: ports.join(''), peer: 'sg-a', description: name }),
      );
      if (name === name.toLowerCase()) return authorization(added);
      const [from] = described([rule({ ports: ports.join(''), peer: 'sg-b' })]);
      if (from === undefined) throw new Error('nothing is described');
      return modification(differenceOf(from, added), 'to');
    });
}

const nameOf = (change: Change): string => change.rule.description ?? '';

function callNames(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if (step.kind === 'revoke') throw new Error('nothing is revoked here');
    const rules = step.kind === 'authorize' ? step.rules : [step.to];
    return rules.map((item) => item.rule.description).join('');
  });
}

function calls(text: string, limits: Partial<CallLimits> = {}, early: EarlyRelease | null = null): string[] {
  return callNames(new Scheduler({ ...LIMITS, ...limits }).strongestFirst(changes(text), early));
}

describe('changes given strongest first', () => {
  const atomic = { batchesAtomic: true };
  it.each<[string, string, Partial<CallLimits>, string[]]>([
    ['nothing takes no call', '', {}, []],
    ['changes that overrule none share a call', 'a+1 b+2 c+3', {}, ['abc']],
    ['calls are filled', 'a+1 b+2 c+3 d+4 e+5 f+6 g+7', {}, ['abc', 'def', 'g']],
    ['what must come first is in an earlier call', 'a-1 b+1 c+2', {}, ['ac', 'b']],
    ['each change of a chain has a call of its own', 'a-1 b+1 c-1', {}, ['a', 'b', 'c']],
    ['a chain shares an atomic batch', 'a-1 b+1 c-1', atomic, ['abc']],
    [
      'of too many changes the longest chain goes first',
      'a+1 b+2 c+3 d-4 e+4 f-4',
      { batchSize: 2 },
      ['ad', 'be', 'cf'],
    ],
    ['a Modify goes first, as it costs the same at any time', 'a+1 B+2 c+3', {}, ['B', 'ac']],
    ['a Modify stands between what it waits for and what waits for it', 'a-1 B+1 c-1', {}, ['a', 'B', 'c']],
    ['no change joins an atomic batch before its Modify', 'a-1 B+1 c-1', atomic, ['a', 'B', 'c']],
  ])('changes given strongest first: %s', (_, text, limits, expected) => {
    expect(calls(text, limits)).toEqual(expected);
  });

  it('go early if their early release says so', () => {
    const early = { mayGoEarly: (change: Change) => nameOf(change) === 'c', callMade: () => undefined };
    expect(calls('a-1 b+1 c-1', {}, early)).toEqual(['ac', 'b']);
  });

  it('are called before their early release is asked about the next call', () => {
    const log: string[] = [];
    calls(
      'a-1 b+1 c+1',
      {},
      {
        callMade: (call) => log.push(`call ${call.map(nameOf).join('')}`),
        mayGoEarly: (change) => log.push(`may ${nameOf(change)}?`) < 0,
      },
    );
    expect(log).toEqual(['may b?', 'may c?', 'call a', 'call bc']);
  });
});

it('changes in any order wait for none, in calls of their direction', () => {
  const egress = authorization(desired(rule({ direction: 'egress', description: 'e' })));
  const all = [egress, ...changes('a-1 b+1 C-1 d+1')];
  expect(callNames(new Scheduler(LIMITS).inAnyOrder(all))).toEqual(['C', 'abd', 'e']);
});
