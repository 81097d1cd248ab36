// Whether rules expose more than a guardrail tolerates, and whether a change makes it worse.
import type { Rule } from '../../model/rule.ts';
import type { Exemption, Guardrail, PacketPattern } from '../../model/packets/pattern.ts';
import { addressBits, type Family } from '../../model/prefix.ts';
import { countBound } from '../count/bound.ts';
import type { Cell, Counter, Presence } from '../count/count.ts';
import { isEverywhere, type Sender } from '../count/senders.ts';
import { FAMILIES } from '../../exposure/engine/universe.ts';
import { worstExcess, type Excess } from './excess.ts';

/** `lists`: it hangs on the content of lists that could not be read. `budget`: too intricate to count. */
export type WhyUnknown = 'lists' | 'budget';

export type GuardrailVerdict =
  | { readonly kind: 'satisfied' }
  | { readonly kind: 'violated'; readonly excess: Excess }
  /** The excess as it would be with the worst lists; null: nothing was counted. */
  | { readonly kind: 'unknown'; readonly why: WhyUnknown; readonly excess: Excess | null };

/** What a change does to a guardrail that is not satisfied afterwards. */
export type GuardrailChange =
  | { readonly kind: 'satisfied' }
  /** Beyond the tolerance, and no address is newly exposed at such a port: it may be the cure. */
  | { readonly kind: 'kept'; readonly verdict: GuardrailVerdict }
  | { readonly kind: 'worse'; readonly verdict: GuardrailVerdict; readonly excess: Excess }
  /** It may be worse: see `WhyUnknown`. */
  | { readonly kind: 'unknown'; readonly verdict: GuardrailVerdict };

export const reasonUnknown = ({ verdict }: { readonly verdict: GuardrailVerdict }): WhyUnknown =>
  verdict.kind === 'unknown' ? verdict.why : 'lists';

/** A guardrail that denies packets; those of other kinds are not judged by exposure. */
export type Deny = Guardrail & { readonly what: Extract<Guardrail['what'], { readonly kind: 'deny' }> };

export const isDeny = (guardrail: Guardrail): guardrail is Deny => guardrail.what.kind === 'deny';

/** The exemption under which the group is at this time, Unix milliseconds. */
export function exemptionOf(guardrail: Guardrail, groupId: string, nowMs: number): Exemption | null {
  const found = guardrail.exempt.find(
    ({ group, untilMs }) => group === groupId && (untilMs === null || nowMs < untilMs),
  );
  return found ?? null;
}

/** Some rules, and which of a counter's they are. */
export interface State {
  readonly rules: readonly Rule[];
  readonly present: Presence;
}

export function guardrailVerdict(guardrail: Deny, counter: Counter, state: State): GuardrailVerdict {
  const { pattern } = guardrail.what;
  const senders = sendersOfDeny(guardrail, counter);
  const cells = counter.count({ pattern, senders, looksFor: 'accept', states: [state.present] });
  if (cells === null) return boundVerdict(guardrail, counter, senders, state.rules);
  const surely = cells.filter((cell) => certainIn(cell, 0) > mostTolerated(guardrail, cell.universe.family));
  const most = { pattern, context: counter.context, rules: state.rules };
  const packet = (value: number): boolean => (value & 1) === 1;
  const violation = worstExcess(surely, {
    ...most,
    countOf: (cell) => certainIn(cell, 0),
    wanted: { address: ({ certain }) => (certain & 1) === 1, packet },
  });
  if (violation !== null) return { kind: 'violated', excess: violation };
  const maybe = cells.filter((cell) => possibleIn(cell, 0) > mostTolerated(guardrail, cell.universe.family));
  const excess = worstExcess(maybe, {
    ...most,
    countOf: (cell) => possibleIn(cell, 0),
    wanted: { address: ({ possible }) => (possible & 1) === 1, packet },
  });
  return excess === null ? { kind: 'satisfied' } : { kind: 'unknown', why: 'lists', excess };
}

/** Per port: beyond the tolerance afterwards, and some address newly exposed at that very port. */
export function guardrailChange(
  guardrail: Deny,
  counter: Counter,
  before: State,
  after: State,
): GuardrailChange {
  const verdict = guardrailVerdict(guardrail, counter, after);
  if (verdict.kind === 'satisfied') return { kind: 'satisfied' };
  const { pattern } = guardrail.what;
  const states = [before.present, after.present];
  const senders = withEachGroup(sendersOfDeny(guardrail, counter), after.rules);
  const cells = counter.count({ pattern, senders, looksFor: 'accept', states });
  if (cells === null) return { kind: 'unknown', verdict };
  const tolerated = (cell: Cell): bigint => mostTolerated(guardrail, cell.universe.family);
  const excess = worstExcess(
    cells.filter((cell) => cell.surelyNew && certainIn(cell, 1) > tolerated(cell)),
    {
      pattern,
      context: counter.context,
      rules: after.rules,
      countOf: (cell) => certainIn(cell, 1),
      wanted: { address: ({ surelyNew }) => surelyNew, packet: isNewPacket },
    },
  );
  if (excess !== null) return { kind: 'worse', verdict, excess };
  const mayBeWorse = cells.some((cell) => cell.maybeNew && possibleIn(cell, 1) > tolerated(cell));
  return { kind: mayBeWorse ? 'unknown' : 'kept', verdict };
}

const isNewPacket = (value: number): boolean => (value & 0b100) !== 0;

export const certainIn = ({ counts }: Cell, state: number): bigint => counts[state]?.certain ?? 0n;
export const possibleIn = ({ counts }: Cell, state: number): bigint => counts[state]?.possible ?? 0n;

/** As many exposed addresses of the family are tolerated. */
export function mostTolerated({ what }: Deny, family: Family): bigint {
  const length = what.tolerate[family];
  return length === null ? 0n : 1n << BigInt(addressBits(family) - length);
}

/**
 * Whoever tolerates nothing from anywhere means members of groups too. That is asked besides: to them an address that a
 * rule for a group lets in, should it be a member, is exposed already, and opening it to everyone would be no news.
 */
export function sendersOfDeny(guardrail: Deny, counter: Counter): Sender[] {
  const senders = counter.sendersOf(guardrail.what.pattern, 'none');
  return senders.flatMap((sender): Sender[] =>
    forbidsGroups(guardrail, sender) ? [sender, { ...sender, groups: 'any' }] : [sender],
  );
}

/**
 * Where members of groups are meant too, the members of each group that is let in: to all of them together an address
 * that one group's rule lets in is exposed already, and a rule for another group would be no news.
 */
function withEachGroup(senders: readonly Sender[], rules: readonly Rule[]): Sender[] {
  const accepted = rules.flatMap(({ action, peer }) =>
    action === 'accept' && !('address' in peer) && peer.kind === 'group' ? [peer.id] : [],
  );
  return senders.flatMap((sender): Sender[] =>
    sender.groups === 'none'
      ? [sender]
      : [
          sender,
          ...[...new Set(accepted)].map((id) => ({ ...sender, groups: 'none' as const, memberOf: id })),
        ],
  );
}

function forbidsGroups(guardrail: Deny, sender: Sender): boolean {
  const families = FAMILIES.filter((family) => sender.spans[family].length > 0);
  return (
    sender.memberOf === null &&
    families.every((family) => isEverywhere(sender, family) && mostTolerated(guardrail, family) === 0n)
  );
}

/** Without a count: satisfied if all that is accepted is tolerated, were there no drops. */
function boundVerdict(
  guardrail: Deny,
  { context }: Counter,
  senders: readonly Sender[],
  rules: readonly Rule[],
): GuardrailVerdict {
  const pattern: PacketPattern = guardrail.what.pattern;
  const isTolerated = FAMILIES.every((family) =>
    senders.every(
      (sender) => countBound(rules, { pattern, sender }, family, context) <= mostTolerated(guardrail, family),
    ),
  );
  return isTolerated ? { kind: 'satisfied' } : { kind: 'unknown', why: 'budget', excess: null };
}
