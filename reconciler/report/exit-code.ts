import { isFailed, type GroupResult } from './results.ts';

/**
 * Of `rampart plan`: 1 if a group could not be planned, else 3 if one is blocked, else 2 if there is something
 * to do, else 0. An observed difference is nothing to do: nobody may act on it.
 */
export function planExitCode(results: readonly GroupResult[]): 0 | 1 | 2 | 3 {
  const statuses = new Set(results.map((result) => (isFailed(result) ? 'error' : result.status)));
  if (statuses.has('error')) return 1;
  if (statuses.has('blocked')) return 3;
  return statuses.has('pending') ? 2 : 0;
}
