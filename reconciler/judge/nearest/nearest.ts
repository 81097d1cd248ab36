// The smallest edit of a policy that satisfies a guardrail: some accepts narrowed, the widest first, or a drop where a
// rule for all protocols cannot be narrowed. It opens nothing, and closes nothing but packets of the pattern; what a drop
// closes besides is said.
import { DEFAULT_MAX_WORK, Meter } from '../../exposure/engine/meter.ts';
import { FAMILIES } from '../../exposure/engine/universe.ts';
import type { PatternService } from '../../model/packets/pattern.ts';
import { NO_PORTS } from '../../model/ports.ts';
import { hasPorts } from '../../model/protocol.ts';
import { ruleRank, type Rule } from '../../model/rule.ts';
import { addressesMet } from '../count/bound.ts';
import { Counter } from '../count/count.ts';
import type { Sender, SenderContext } from '../count/senders.ts';
import { guardrailVerdict, sendersOfDeny, type Deny } from '../verdict/guardrail.ts';
import { everyoneIn, isSplittable, isWritable, mayHavePeer, namedProtocols, outsideOf } from './outside.ts';

export interface NarrowedRule {
  readonly rule: Rule;
  /** What takes its place; nothing: it goes. */
  readonly keeps: readonly Rule[];
}

export type NearestChange =
  | { readonly kind: 'narrow'; readonly edits: readonly NarrowedRule[] }
  /** `beside`: the rule that cannot be narrowed; null: what no rule decides is accepted. */
  | {
      readonly kind: 'drop';
      readonly beside: Rule | null;
      readonly drops: readonly Rule[];
      readonly cuts: readonly Rule[];
    };

/** Up to so many narrowed rules it is asked of each whether it has to be. */
const MOST_TRIED_ALONE = 8;

/** The weakest priority that a policy may give. */
const WEAKEST = 100;

/** For rules that violate the guardrail; null if no such edit was found. */
export function nearestChange(
  guardrail: Deny,
  rules: readonly Rule[],
  context: SenderContext,
  maxWork: number = DEFAULT_MAX_WORK,
): NearestChange | null {
  const counter = new Counter(rules, [guardrail.what.pattern], context, new Meter(maxWork));
  const senders = sendersOfDeny(guardrail, counter);
  const candidates = acceptsInPattern(guardrail, rules, senders, context);
  const isKeptWithout = (gone: readonly number[]): boolean => {
    const present = new Uint8Array(rules.length).fill(1);
    for (const rule of gone) present[rule] = 0;
    const left = rules.filter((_, rule) => present[rule] === 1);
    return guardrailVerdict(guardrail, counter, { rules: left, present }).kind !== 'violated';
  };
  if (!isKeptWithout(candidates)) {
    const accepts = candidates.map((index) => ruleAt(rules, index)).sort((a, b) => ruleRank(a) - ruleRank(b));
    return dropFor(guardrail, rules, context, null) ?? dropFor(guardrail, rules, context, accepts[0] ?? null);
  }
  const gone = fewest(candidates, isKeptWithout).map((index) => ruleAt(rules, index));
  const { pattern } = guardrail.what;
  // No prefixes of a rule leave out the members of a group or of an unread list.
  const namesMembers = senders.some(({ memberOf }) => memberOf !== null);
  const solid = gone.filter((rule) => namesMembers || !isSplittable(rule, pattern));
  const [strongest] = solid.sort((a, b) => ruleRank(a) - ruleRank(b));
  if (strongest !== undefined && isWritable(pattern)) {
    return dropFor(guardrail, rules, context, strongest);
  }
  const keptOf = (rule: Rule): Rule[] =>
    isSplittable(rule, pattern) ? outsideOf(rule, pattern, senders, context) : namedProtocols(rule);
  return { kind: 'narrow', edits: gone.map((rule) => ({ rule, keeps: keptOf(rule) })) };
}

/** By how much of the pattern they may take, the most first. */
function acceptsInPattern(
  { what }: Deny,
  rules: readonly Rule[],
  senders: readonly Sender[],
  context: SenderContext,
): number[] {
  const widths = rules.map((rule) =>
    rule.action === 'drop' ? 0n : widthOf(rule, { pattern: what.pattern, senders }, context),
  );
  const found = widths.flatMap((width, index) => (width > 0n ? [{ width, index }] : []));
  return found
    .sort((a, b) => (a.width > b.width ? -1 : a.width < b.width ? 1 : a.index - b.index))
    .map(({ index }) => index);
}

/** IPv6 has more addresses than anyone can write: as shares of the sender. */
function widthOf(
  rule: Rule,
  { pattern, senders }: { readonly pattern: Deny['what']['pattern']; readonly senders: readonly Sender[] },
  context: SenderContext,
): bigint {
  return senders.reduce((widest, sender) => {
    const widths = FAMILIES.map((family) => {
      const met = addressesMet(rule, { pattern, sender }, family, context.group);
      return family === 'ipv4' ? met << 96n : met;
    });
    return [widest, ...widths].reduce((a, b) => (a > b ? a : b));
  }, 0n);
}

/** The shortest beginning of the list that is enough, without those of it that need not be there. */
function fewest(
  candidates: readonly number[],
  isEnough: (some: readonly number[]) => boolean,
): readonly number[] {
  let tooFew = 0;
  let enough = candidates.length;
  while (tooFew + 1 < enough) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(candidates.slice(0, middle))) enough = middle;
    else tooFew = middle;
  }
  let chosen = candidates.slice(0, enough);
  if (chosen.length > MOST_TRIED_ALONE) return chosen;
  for (const one of candidates.slice(0, enough - 1)) {
    const rest = chosen.filter((other) => other !== one);
    if (isEnough(rest)) chosen = rest;
  }
  return chosen;
}

/** As strong as the rule that it narrows: at equal priority a drop wins. */
function dropFor(
  guardrail: Deny,
  rules: readonly Rule[],
  context: SenderContext,
  beside: Rule | null,
): NearestChange | null {
  const { pattern: denied } = guardrail.what;
  const every = [{ protocol: 'all', ports: null } as const];
  const pattern = isWritable(denied) ? denied : { ...denied, services: every };
  const priority = Math.min(beside?.priority ?? WEAKEST, WEAKEST);
  const drops = everyoneIn(pattern).flatMap((peer) =>
    pattern.services
      .filter(({ protocol }) => mayHavePeer(protocol, peer))
      .map((service): Rule => ({ ...dropOf(service), direction: pattern.direction, peer, priority })),
  );
  const counter = new Counter([...rules, ...drops], [denied, pattern], context, new Meter(DEFAULT_MAX_WORK));
  const present = new Uint8Array(rules.length + drops.length).fill(1);
  const verdict = guardrailVerdict(guardrail, counter, { rules: [...rules, ...drops], present });
  if (verdict.kind === 'violated') return null;
  const everyone = counter.sendersOf({ ...pattern, peers: everyoneIn(pattern) }, 'any');
  const cuts = rules.filter(
    (rule) =>
      rule.action === 'accept' &&
      rule !== beside &&
      rule.priority >= priority &&
      widthOf(rule, { pattern, senders: everyone }, context) > 0n,
  );
  return { kind: 'drop', beside, drops, cuts };
}

function dropOf({ protocol, ports }: PatternService): Omit<Rule, 'direction' | 'peer' | 'priority'> {
  return {
    protocol,
    ports: !hasPorts(protocol)
      ? NO_PORTS
      : { kind: 'range', first: ports?.first ?? 1, last: ports?.last ?? 65535 },
    sourcePorts: null,
    own: null,
    action: 'drop',
    nicType: 'intranet',
    description: null,
  };
}

function ruleAt(rules: readonly Rule[], index: number): Rule {
  const rule = rules[index];
  if (rule === undefined) throw new RangeError(`no rule ${index}`);
  return rule;
}
