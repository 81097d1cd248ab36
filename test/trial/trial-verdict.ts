// What a trial is judged by: the emulator's log of calls and the journal, never the word of a replica.
import type { CallRecord } from '../../emulator/admin/call-log.ts';

export interface JudgedIntent {
  readonly clientToken: string;
  readonly shard: string;
  /** By the clock of the machine. */
  readonly openedAtMs: number;
}

/** Who took a shard over, by the log of the new owner. */
export interface Takeover {
  readonly shard: string;
  readonly epoch: number;
  readonly atMs: number;
}

const isWrite = ({ action }: CallRecord): boolean => !action.startsWith('Describe');

const groupOf = ({ params }: CallRecord): string => params.SecurityGroupId ?? '';

/** Of a ClientToken such as `rampart-fwnnykx6d6-6-mvkfg2ncyt-1`, in which the epoch is a number of base 36. */
export const epochOf = (clientToken: string): number => parseInt(clientToken.split('-')[2] ?? '', 36);

/** One sentence for each token that took effect more than once. */
export function doubledTokens(calls: readonly CallRecord[]): string[] {
  const effects = new Map<string, number>();
  for (const { clientToken } of calls.filter((call) => isWrite(call) && call.effect))
    effects.set(clientToken, (effects.get(clientToken) ?? 0) + 1);
  return [...effects]
    .filter(([, count]) => count > 1)
    .map(([token, count]) => `${token} has ${count} effects`);
}

/** One sentence for each effect of an earlier owner in a group in which a later one had begun a call of its own. */
export function staleEffects(calls: readonly CallRecord[]): string[] {
  const newest = new Map<string, number>();
  return calls.filter(isWrite).flatMap((call) => {
    const [group, epoch] = [groupOf(call), epochOf(call.clientToken)];
    const known = newest.get(group) ?? 0;
    newest.set(group, Math.max(known, epoch));
    if (epoch >= known || !call.effect) return [];
    return [`${call.clientToken} takes effect in ${group}, where epoch ${known} had begun`];
  });
}

/** One sentence for each intent that was opened under an epoch whose shard another replica had taken by then. */
export function staleIntents(intents: readonly JudgedIntent[], takeovers: readonly Takeover[]): string[] {
  return intents.flatMap(({ clientToken, shard, openedAtMs }) => {
    const epoch = epochOf(clientToken);
    const taken = takeovers.find(
      (each) => each.shard === shard && each.epoch > epoch && each.atMs < openedAtMs,
    );
    return taken === undefined ? [] : [`${clientToken} of ${shard} was opened under a lease that was gone`];
  });
}

/** One sentence for each call that changes something and of which the journal does not know. */
export function unknownCalls(calls: readonly CallRecord[], intents: readonly JudgedIntent[]): string[] {
  const known = new Set(intents.map(({ clientToken }) => clientToken));
  return calls
    .filter((call) => isWrite(call) && !known.has(call.clientToken))
    .map(({ action, clientToken }) => `${action} with ${clientToken} stands in no journal`);
}

const MINUTE_MS = 60_000;

/** Most calls of each action that came in within any sixty seconds. A slow call is noted when it takes effect: `slowMs` later. */
export function busiestMinutes(
  calls: readonly CallRecord[],
  slowMs: (call: CallRecord) => number,
): Record<string, number> {
  const times = new Map<string, number[]>();
  for (const call of calls) {
    const of = times.get(call.action) ?? [];
    of.push(Date.parse(call.time) - slowMs(call));
    times.set(call.action, of);
  }
  return Object.fromEntries([...times].map(([action, of]) => [action, mostWithin(of, MINUTE_MS)]));
}

function mostWithin(times: number[], windowMs: number): number {
  times.sort((a, b) => a - b);
  let [most, from] = [0, 0];
  for (const [at, timeMs] of times.entries()) {
    while ((times[from] ?? 0) <= timeMs - windowMs) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}
