// Expectations on the rules that the cloud has.
import { groupContext } from '../../../reconciler/exposure/engine/context.ts';
import { judgeRules } from '../../../reconciler/judge/verdict/judge.ts';
import type { Expectation } from '../../../reconciler/model/packets/pattern.ts';
import { DIRECTIONS, ruleIdentity } from '../../../reconciler/model/rule.ts';
import { compareDescribed } from '../../../reconciler/plan/diff/diff.ts';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Io } from '../../cli/io.ts';
import { openSession, sideBySide, type Session } from '../../compose/session.ts';
import type { CommonFlags } from '../../compose/setup.ts';
import type { Target } from '../../schedule/group-record.ts';
import { READ_ONLY } from '../embedded-emulator.ts';
import { inOrderOf, keyOfResult, resultOf, unknownResult, type TestResult } from './result.ts';

interface LiveOptions {
  readonly config: Config;
  readonly flags: CommonFlags;
  readonly io: Io;
}

/** Each expectation for each of its groups; a group that no policy manages is not looked at. */
export async function liveResults(
  expectations: readonly Expectation[],
  { config, flags, io }: LiveOptions,
): Promise<TestResult[]> {
  const session = await openSession(config, flags, io, READ_ONLY);
  try {
    const wanted = new Set(expectations.flatMap(({ groups }) => groups));
    const targets = session.targets.filter(({ policy }) => wanted.has(policy.id));
    const results = await sideBySide({ config, io }, targets, (target) =>
      resultsOfGroup(target, expectations, session),
    );
    const found = new Map(
      results.flat().map((result) => [keyOfResult(result.expectation, result.group), result]),
    );
    return inOrderOf(expectations, found, 'cannot be judged: no policy manages the group');
  } finally {
    await session.close();
  }
}

async function resultsOfGroup(
  { policy }: Target,
  expectations: readonly Expectation[],
  { engine, config }: Session,
): Promise<TestResult[]> {
  const asked = expectations.filter(({ groups }) => groups.includes(policy.id));
  const answer = await engine.ecs.describeGroup(policy);
  if (!answer.ok) {
    const { code, message } = answer.error;
    return asked.map((each) => unknownResult(each, policy.id, `cannot be judged: ${code}: ${message}`));
  }
  const declared = new Map(
    DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []).map((desired) => [
      ruleIdentity(desired.rule),
      desired.source,
    ]),
  );
  const rules = answer.value.rules.toSorted(compareDescribed).map(({ rule }) => rule);
  // Lists that the policy alone names have no say in what the cloud lets through.
  const { read } = await engine.lists.of({ ...policy, rules: { ingress: null, egress: null } }, answer.value);
  const judged = judgeRules(
    rules,
    { guardrails: [], expectations: asked },
    {
      group: groupContext(answer.value, read),
      privateNetworks: config.privateNetworks,
      nowMs: systemClock.nowMs(),
    },
  );
  return judged.expectations.map(({ demand, verdict }) =>
    resultOf(demand, policy.id, verdict, (rule) => declared.get(ruleIdentity(rule)) ?? null),
  );
}
