// A guardrail's `rule:`: a CEL expression that must be true of each desired rule of a group.
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { DesiredRule, GroupRef } from '../../model/group.ts';
import { formatPeer } from '../../model/peer.ts';
import { NO_PORTS_TEXT, type PortRange } from '../../model/ports.ts';
import { formatPrefix } from '../../model/prefix.ts';
import { err, ok, type Result } from '../../model/result.ts';
import { escapeInvisibles } from '../../policy/read/complaint.ts';
import { checkExpression } from './check-expression.ts';

/** Longer ones are hard to read, and a deep one could exhaust the parser's stack. */
const MAX_EXPRESSION_LENGTH = 2000;

/** What an expression can ask of a group. Empty where it is not known, as a name without the cloud. */
export interface GroupFactsForRules extends GroupRef {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ExpressionProblem {
  readonly message: string;
  readonly hint: string;
}

/** Whether a rule is as it should be; an expression that cannot be evaluated of it says why, and is a violation too. */
export type RuleAnswer =
  { readonly holds: true } | { readonly holds: false; readonly failure: string | null };

export interface RuleTest {
  /** Fields of the group that the answer may hang on. */
  readonly asks: ReadonlySet<string>;
  of(rule: DesiredRule, group: GroupFactsForRules): RuleAnswer;
}

/** Reads an expression; the problem says where in it something is wrong. */
export function readRuleExpression(text: string): Result<RuleTest, ExpressionProblem> {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `the expression has ${text.length} characters, ${MAX_EXPRESSION_LENGTH} at most`;
    return err({ message, hint: 'write several guardrails' });
  }
  const parsed = parsedExpression(text);
  if (!parsed.ok) return parsed;
  const { fault, asks } = checkExpression(parsed.value.expr);
  if (fault !== null) {
    const offset = parsed.value.sourceInfo?.positions[String(fault.id)];
    const place = offset === undefined ? '' : ` (at character ${offset + 1})`;
    return err({ message: `${escapeInvisibles(fault.message)}${place}`, hint: fault.hint });
  }
  const evaluate = plan(celEnv(), parsed.value);
  return ok({
    asks,
    of: (rule, group) => {
      const result = evaluate({ rule: ruleValue(rule), group: groupValue(group) });
      if (isCelError(result)) return { holds: false, failure: escapeInvisibles(result.message) };
      return result === true ? { holds: true } : { holds: false, failure: null };
    },
  });
}

function parsedExpression(text: string): Result<ReturnType<typeof parse>, ExpressionProblem> {
  try {
    return ok(parse(text));
  } catch (error) {
    // Nesting that is too deep for the parser's stack comes as a RangeError.
    if (!(error instanceof Error)) throw error;
    const message =
      error instanceof RangeError ? 'it nests too deeply' : error.message.replace('<input>:', '');
    return err({
      message: `this is not a CEL expression: ${escapeInvisibles(message)}`,
      hint: 'docs/guardrails.md has examples',
    });
  }
}

/** Whole numbers are bigints: a number would be a fraction to the evaluator, and equal to none of them. */
function ruleValue({ rule, name }: DesiredRule) {
  return new Map(
    Object.entries({
      name: name ?? '',
      direction: rule.direction,
      action: rule.action,
      protocol: rule.protocol,
      ports: portsValue(rule.ports.kind === 'range' ? rule.ports : null),
      portList: rule.ports.kind === 'list' ? rule.ports.id : '',
      sourcePorts: portsValue(rule.sourcePorts),
      peer: formatPeer(rule.peer),
      peerKind: rule.peer.kind,
      own: rule.own === null ? '' : formatPrefix(rule.own),
      priority: BigInt(rule.priority),
      nicType: rule.nicType,
      description: rule.description ?? '',
    }),
  );
}

/** `-1/-1` where there are none, as the vendor has it. */
function portsValue(range: PortRange | null) {
  const [none = '-1'] = NO_PORTS_TEXT.split('/');
  return new Map([
    ['first', BigInt(range?.first ?? none)],
    ['last', BigInt(range?.last ?? none)],
  ]);
}

const groupValue = ({ id, name, account, region, tags }: GroupFactsForRules) =>
  new Map(Object.entries({ id, name, account, region, tags: new Map(Object.entries(tags)) }));
