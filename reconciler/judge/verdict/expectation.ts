// Whether rules do what an expectation says, and whether a change makes it fail for more packets.
import { ruleIdentity, type Rule, type RuleAction } from '../../model/rule.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { Cell, Counter } from '../count/count.ts';
import { addressesMet, countBound } from '../count/bound.ts';
import { FAMILIES } from '../../exposure/engine/universe.ts';
import { worstExcess, type Excess } from './excess.ts';
import { certainIn, possibleIn, type State, type WhyUnknown } from './guardrail.ts';

export type ExpectationVerdict =
  | { readonly kind: 'holds' }
  /** The excess are the addresses of which some packet fares otherwise. */
  | { readonly kind: 'fails'; readonly excess: Excess }
  | { readonly kind: 'unknown'; readonly why: WhyUnknown; readonly excess: Excess | null };

/** What a change does to an expectation. */
export type ExpectationChange =
  | { readonly kind: 'holds' }
  /** It fails, and for no packet that it did not fail for before. */
  | { readonly kind: 'kept'; readonly verdict: ExpectationVerdict }
  | { readonly kind: 'worse'; readonly verdict: ExpectationVerdict; readonly excess: Excess }
  | {
      readonly kind: 'unknown';
      readonly verdict: ExpectationVerdict;
      /** Whether it held before whatever the lists hold, and the change is about its packets. */
      readonly heldBefore: boolean;
    };

/** What must not happen to a packet of it. */
const failingAction = ({ kind }: Expectation): RuleAction => (kind === 'accept' ? 'drop' : 'accept');

export function expectationVerdict(
  expectation: Expectation,
  counter: Counter,
  state: State,
): ExpectationVerdict {
  const cells = failingCells(expectation, counter, [state]);
  if (cells === null) return boundExpectation(expectation, counter, state);
  return verdictOf(cells, expectation, { counter, state, at: 0 });
}

export function expectationChange(
  expectation: Expectation,
  counter: Counter,
  before: State,
  after: State,
): ExpectationChange {
  const verdict = expectationVerdict(expectation, counter, after);
  if (verdict.kind === 'holds') return { kind: 'holds' };
  const heldBefore =
    expectationVerdict(expectation, counter, before).kind === 'holds' &&
    isTouched(expectation, counter, [before.rules, after.rules]);
  const cells = failingCells(expectation, counter, [before, after]);
  if (cells === null) return { kind: 'unknown', verdict, heldBefore };
  const grown = verdictOf(cells, expectation, { counter, state: after, at: 2 });
  switch (grown.kind) {
    case 'holds':
      return { kind: 'kept', verdict };
    case 'fails':
      return { kind: 'worse', verdict, excess: grown.excess };
    case 'unknown':
      return { kind: 'unknown', verdict, heldBefore };
  }
}

/** Whether some rule that is only in one of the two lists may decide packets of it. */
function isTouched(
  { pattern }: Expectation,
  counter: Counter,
  [before, after]: readonly [readonly Rule[], readonly Rule[]],
): boolean {
  const then = new Set(before.map(ruleIdentity));
  const now = new Set(after.map(ruleIdentity));
  const changed = [
    ...after.filter((rule) => !then.has(ruleIdentity(rule))),
    ...before.filter((rule) => !now.has(ruleIdentity(rule))),
  ];
  const { group } = counter.context;
  return counter
    .sendersOf(pattern, 'none')
    .some((sender) =>
      FAMILIES.some((family) =>
        changed.some((rule) => addressesMet(rule, { pattern, sender }, family, group) > 0n),
      ),
    );
}

function failingCells(
  expectation: Expectation,
  counter: Counter,
  states: readonly State[],
): readonly Cell[] | null {
  const { pattern } = expectation;
  return counter.count({
    pattern,
    senders: counter.sendersOf(pattern, 'none'),
    looksFor: failingAction(expectation),
    states: states.map(({ present }) => present),
  });
}

/** Of one of the counts of a cell. */
interface CountPlace {
  readonly counter: Counter;
  readonly state: State;
  readonly at: number;
}

function verdictOf(
  cells: readonly Cell[],
  { pattern }: Expectation,
  { counter, state, at }: CountPlace,
): ExpectationVerdict {
  const most = { pattern, context: counter.context, rules: state.rules };
  const packet = (value: number): boolean => ((value >> at) & 1) === 1;
  const failure = worstExcess(
    cells.filter((cell) => certainIn(cell, at) > 0n),
    {
      ...most,
      countOf: (cell) => certainIn(cell, at),
      wanted: { address: ({ certain, possible }) => packet(certain) || packet(possible), packet },
    },
  );
  if (failure !== null) return { kind: 'fails', excess: failure };
  const excess = worstExcess(
    cells.filter((cell) => possibleIn(cell, at) > 0n),
    {
      ...most,
      countOf: (cell) => possibleIn(cell, at),
      wanted: { address: ({ possible }) => packet(possible), packet },
    },
  );
  return excess === null ? { kind: 'holds' } : { kind: 'unknown', why: 'lists', excess };
}

/** Without a count: nothing is accepted where no accept meets the pattern. */
function boundExpectation(
  { kind, pattern }: Expectation,
  counter: Counter,
  { rules }: State,
): ExpectationVerdict {
  const isDropped =
    kind === 'drop' &&
    counter
      .sendersOf(pattern, 'none')
      .every((sender) =>
        FAMILIES.every((family) => countBound(rules, { pattern, sender }, family, counter.context) === 0n),
      );
  return isDropped ? { kind: 'holds' } : { kind: 'unknown', why: 'budget', excess: null };
}
