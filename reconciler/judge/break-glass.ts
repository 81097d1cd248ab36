// Rules that a person has added by hand for a while, and said so in their text. They stay until then, but never longer
// than is allowed from when they were first seen, nor again at once.
import { contains } from '../exposure/ask/contains.ts';
import type { GroupContext } from '../exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../model/rule.ts';
import { parseInstant } from '../policy/schema/instant.ts';

/** A rule that was kept, or is. */
export interface KeptRule {
  readonly rule: Rule;
  readonly reason: string;
  /** Unix milliseconds, as the other times. */
  readonly firstSeenMs: number;
  readonly untilMs: number;
  /** Whether the group has it now. */
  readonly isPresent: boolean;
}

export interface BreakGlassInput {
  readonly described: readonly Rule[];
  /** What was known at the last look. */
  readonly before: readonly KeptRule[];
  readonly context: GroupContext;
  readonly maxMs: number;
  /** Whether the rule is desired anyway, or may not be kept beside these others that are. */
  readonly isRefused: (rule: Rule, beside: readonly Rule[]) => boolean;
  readonly nowMs: number;
}

/** For so long after its end a rule, or a wider one, is not kept again. */
const REST_MS = 24 * 3_600_000;

const MARK = /(?:^|\s)rampart:keep-until=(\S+)\s+reason=(\S.*)$/s;

/** What is to be remembered: the rules that are kept now are those whose time has not come. */
export function keptRules(input: BreakGlassInput): readonly KeptRule[] {
  const { described, before, nowMs } = input;
  const known = before.filter(({ untilMs }) => nowMs < untilMs + REST_MS);
  const asked: KeptRule[] = [];
  for (const rule of knownFirst(described, known)) {
    const kept = keptRule(rule, known, input);
    const beside = asked.map((other) => other.rule);
    if (kept !== null && !input.isRefused(rule, beside)) asked.push(kept);
  }
  const again = new Set(asked.map(({ rule }) => ruleIdentity(rule)));
  const others = known.filter(({ rule }) => !again.has(ruleIdentity(rule)));
  return [...asked, ...others.map((kept) => ({ ...kept, isPresent: false }))];
}

/** Who was first is kept: what comes later may be too much beside it. */
function knownFirst(described: readonly Rule[], known: readonly KeptRule[]): Rule[] {
  const seen = new Map(known.map(({ rule, firstSeenMs }) => [ruleIdentity(rule), firstSeenMs]));
  const since = (rule: Rule): number => seen.get(ruleIdentity(rule)) ?? Number.MAX_VALUE;
  return [...described].sort((a, b) => since(a) - since(b));
}

/** Null: it does not ask for it, or its time is over. */
function keptRule(rule: Rule, known: readonly KeptRule[], input: BreakGlassInput): KeptRule | null {
  const request = requestOf(rule);
  if (request === null) return null;
  const earlier = known.filter((kept) => isSameOrWider(rule, kept.rule, input.context));
  if (earlier.some(({ untilMs }) => untilMs <= input.nowMs)) return null;
  const firstSeenMs = Math.min(input.nowMs, ...earlier.map((kept) => kept.firstSeenMs));
  const untilMs = Math.min(request.untilMs, firstSeenMs + input.maxMs);
  if (untilMs <= input.nowMs) return null;
  return { rule, reason: request.reason, firstSeenMs, untilMs, isPresent: true };
}

function requestOf({ description }: Rule): { readonly untilMs: number; readonly reason: string } | null {
  const [, until = '', reason = ''] = MARK.exec(description ?? '') ?? [];
  const instant = parseInstant(until);
  return instant.ok ? { untilMs: instant.value, reason: reason.trim() } : null;
}

/** Where that cannot be found out, it is taken to be. */
const isSameOrWider = (rule: Rule, than: Rule, context: GroupContext): boolean =>
  ruleIdentity(rule) === ruleIdentity(than) ||
  (rule.action === 'accept' &&
    than.action === 'accept' &&
    rule.direction === than.direction &&
    contains([rule], [than], { ...context }).kind !== 'fails');
