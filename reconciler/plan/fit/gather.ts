// Single moves, gathered into calls.
import type { Direction } from '../../model/rule.ts';
import type { CallLimits } from '../order/calls.ts';
import type { SearchMove } from './search-space.ts';
import type { SearchState } from './search-state.ts';

/**
 * The moves of a hitless path in as few calls as their order allows, from a state before the first of them. A call may
 * hold several authorizations if each of them alone is safe where it begins, and several revocations if each alone may
 * still be there where it ends (lemma on singles).
 */
export function gather(path: readonly SearchMove[], state: SearchState, limits: CallLimits): SearchMove[][] {
  return runs(path).flatMap((run) => {
    const pack = (moves: readonly SearchMove[], pass: (move: SearchMove) => void): SearchMove[][] =>
      packed(moves, { state, limits, pass });
    if (run[0]?.kind !== 'revoke') return pack(run, (move) => state.apply(move));
    for (const move of run) state.apply(move);
    const calls = pack(run.toReversed(), (move) => state.undo(move));
    for (const move of run) state.apply(move);
    return calls.toReversed().map((call) => call.toReversed());
  });
}

interface Packing {
  readonly state: SearchState;
  readonly limits: CallLimits;
  readonly pass: (move: SearchMove) => void;
}

/** Fills calls with the moves of one run, each time from the state that `pass` has led to. */
function packed(run: readonly SearchMove[], { state, limits, pass }: Packing): SearchMove[][] {
  const calls: SearchMove[][] = [];
  let call: SearchMove[] = [];
  for (const move of run) {
    const joins =
      call.length > 0 &&
      call.length < limits.batchSize &&
      move.kind !== 'modify' &&
      (limits.batchesAtomic || state.holdsWith(move));
    if (!joins) {
      for (const done of call) pass(done);
      call = [];
      calls.push(call);
    }
    call.push(move);
  }
  for (const done of call) pass(done);
  return calls;
}

/** Neighbours of one kind and direction; a Modify is a run of its own. */
function runs(path: readonly SearchMove[]): SearchMove[][] {
  const found: SearchMove[][] = [];
  for (const move of path) {
    const [first] = found.at(-1) ?? [];
    const joins = first !== undefined && move.kind !== 'modify' && first.kind === move.kind;
    if (joins && directionOf(first) === directionOf(move)) found.at(-1)?.push(move);
    else found.push([move]);
  }
  return found;
}

const directionOf = (move: SearchMove): Direction =>
  ('desired' in move ? move.desired : 'target' in move ? move.target : move.pair.to).rule.direction;
