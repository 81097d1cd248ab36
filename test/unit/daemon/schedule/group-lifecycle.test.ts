// The whole table: every state, every event.
import { describe, expect, it } from 'vitest';
import {
  next,
  type LifecycleEvent,
  type LifecycleState,
} from '../../../../daemon/schedule/group-lifecycle.ts';

const EVENTS: readonly LifecycleEvent[] = [
  'triggered',
  'targetChanged',
  'released',
  'namedAgain',
  'runnerFree',
  'settled',
  'woken',
  'stopping',
];

/** One cell for each event, in the order above: the state that follows and the effect; `-`: nothing changes. */
const TABLE: Readonly<Record<LifecycleState, string>> = {
  waiting: 'queued+enqueue | queued+enqueue | ended+forget | - | - | - | queued+enqueue | ended+none',
  queued: '- | - | ended+forget | - | running+reconcile | - | - | ended+none',
  running:
    'runningThenQueue+none | runningThenQueue+halt | runningThenLeave+halt | - | - | waiting+wait | - | runningThenStop+halt',
  runningThenQueue:
    '- | runningThenQueue+halt | runningThenLeave+halt | - | - | queued+enqueue | - | runningThenStop+halt',
  runningThenLeave: '- | - | - | runningThenQueue+none | - | ended+forget | - | -',
  runningThenStop: '- | - | - | - | - | ended+none | - | -',
  ended: '- | - | - | - | - | - | - | -',
};

const STATES = Object.keys(TABLE) as LifecycleState[];

const CELLS = STATES.flatMap((state) => {
  const cells = TABLE[state].split(' | ');
  return EVENTS.map((event, index) => {
    const cell = cells[index] ?? '';
    return { state, event, after: cell === '-' ? `${state}+none` : cell };
  });
});

it.each(CELLS)('a group that is $state, when $event, becomes $after', ({ state, event, after }) => {
  expect(next(state, event).join('+')).toBe(after);
});

describe('the lifecycle of a group', () => {
  const isRunning = (state: LifecycleState) => state.startsWith('running');
  const every = STATES.flatMap((state) =>
    EVENTS.map((event) => ({ state, event, move: next(state, event) })),
  );

  it('starts a run only from the queue, so that no group runs twice at once', () => {
    const starts = every.filter(({ move }) => move[1] === 'reconcile');
    expect(starts).toEqual([{ state: 'queued', event: 'runnerFree', move: ['running', 'reconcile'] }]);
  });

  it('ends a run only when it has settled', () => {
    const ends = every.filter(({ state, move }) => isRunning(state) && !isRunning(move[0]));
    expect(new Set(ends.map(({ event }) => event))).toEqual(new Set(['settled']));
  });

  it('enqueues exactly when a group comes to be queued', () => {
    for (const { state, move } of every) {
      expect(move[1] === 'enqueue').toBe(state !== 'queued' && move[0] === 'queued');
    }
  });

  it('never leaves the end', () => {
    for (const event of EVENTS) expect(next('ended', event)).toEqual(['ended', 'none']);
  });
});
