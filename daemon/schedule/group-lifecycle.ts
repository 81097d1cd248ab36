// When a group is reconciled, as a table: `next(state, event)` gives the state that follows and what the controller is
// to do. Level-triggered: a trigger names a group and says nothing of what changed, so duplicates merge.
//
//   waiting           a wake-up time is set (resync, or back-off after a failure)
//   queued            in the queue of runners of its account and region
//   running           a reconcile is under way; the group waits when it ends
//   runningThenQueue  the same, but it was triggered meanwhile and is queued again when the run ends
//   runningThenLeave  the same, but no policy names it any more; named again before the run ends, it is queued then
//   runningThenStop   the same, but the controller stops
//   ended             nothing follows: the group is no longer managed, or the controller stops
export type LifecycleState =
  'waiting' | 'queued' | 'running' | 'runningThenQueue' | 'runningThenLeave' | 'runningThenStop' | 'ended';

export type LifecycleEvent =
  /** Something may have changed: a reload, a hook. */
  | 'triggered'
  /** The policy of the group is another one. */
  | 'targetChanged'
  /** No policy names the group any more. */
  | 'released'
  /** A policy names the group again before its last run has ended. */
  | 'namedAgain'
  /** No call may begin for the group for now. */
  | 'halted'
  | 'runnerFree'
  /** The run has ended. */
  | 'settled'
  /** The wait is over. */
  | 'woken'
  | 'stopping';

export type LifecycleEffect =
  | 'none'
  /** Put the group in the queue of runners. */
  | 'enqueue'
  | 'reconcile'
  /** End the run at its next step. */
  | 'halt'
  /** Set the wake-up time. */
  | 'wait'
  /** Drop all that is known of the group. */
  | 'forget';

type LifecycleMove = readonly [LifecycleState, LifecycleEffect];

/** What is not in here changes nothing. A wait ends with the state `waiting`, whatever ended it. */
const MOVES: Readonly<Record<LifecycleState, Readonly<Partial<Record<LifecycleEvent, LifecycleMove>>>>> = {
  waiting: {
    triggered: ['queued', 'enqueue'],
    targetChanged: ['queued', 'enqueue'],
    woken: ['queued', 'enqueue'],
    released: ['ended', 'forget'],
    stopping: ['ended', 'none'],
  },
  queued: {
    runnerFree: ['running', 'reconcile'],
    released: ['ended', 'forget'],
    stopping: ['ended', 'none'],
  },
  running: {
    triggered: ['runningThenQueue', 'none'],
    // What it is doing may be what the new policy takes back.
    targetChanged: ['runningThenQueue', 'halt'],
    halted: ['running', 'halt'],
    released: ['runningThenLeave', 'halt'],
    settled: ['waiting', 'wait'],
    stopping: ['runningThenStop', 'halt'],
  },
  runningThenQueue: {
    targetChanged: ['runningThenQueue', 'halt'],
    halted: ['runningThenQueue', 'halt'],
    released: ['runningThenLeave', 'halt'],
    settled: ['queued', 'enqueue'],
    stopping: ['runningThenStop', 'halt'],
  },
  runningThenLeave: {
    namedAgain: ['runningThenQueue', 'none'],
    settled: ['ended', 'forget'],
  },
  runningThenStop: {
    settled: ['ended', 'none'],
  },
  ended: {},
};

export function next(state: LifecycleState, event: LifecycleEvent): LifecycleMove {
  return MOVES[state][event] ?? [state, 'none'];
}
