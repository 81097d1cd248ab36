// The only two ways to the contents of the cloud: `change` for every write, `seen` for every Describe.
// A write always sees the newest contents; a Describe sees those of describeLagMs ago.
import type { World } from '../action.ts';
import type { Contents, PastContents, SecurityGroup } from '../state.ts';

/** Most earlier contents kept; with more changes than this inside the lag, Describe lags a little less. */
const PAST_MAX = 1000;

/** Puts new contents in place of the old ones, as one change. */
export function change(world: World, next: Partial<Contents>): void {
  const { state } = world;
  state.past = pastAfterChange(world);
  Object.assign(state, next);
  state.version += 1;
}

/** Puts a group's next value in its place, as one change. */
export function replaceGroup(world: World, group: SecurityGroup, next: SecurityGroup): void {
  const { securityGroups } = world.state;
  change(world, { securityGroups: securityGroups.map((each) => (each === group ? next : each)) });
}

function pastAfterChange(world: World): PastContents[] {
  const { state, quirks } = world;
  if (quirks.describeLagMs === 0) return [];
  const nowMs = world.nowMs();
  const { securityGroups, prefixLists, portRangeLists } = state;
  return [
    ...state.past.filter(({ untilMs }) => untilMs > nowMs - quirks.describeLagMs),
    { securityGroups, prefixLists, portRangeLists, untilMs: nowMs },
  ].slice(-PAST_MAX);
}

/** What a Describe shows: the contents of describeLagMs ago, or the oldest that are still known. */
export function seen(world: World): Contents {
  const { state, quirks } = world;
  if (quirks.describeLagMs === 0) return state;
  const shownMs = world.nowMs() - quirks.describeLagMs;
  return state.past.find(({ untilMs }) => untilMs > shownMs) ?? state;
}

/** The vendor's form of a time: UTC, to the second. */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
