// What the emulator's own log says of the calls between two moments.
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { LATENCY_MS } from './estate-world.ts';

export const RULES_READ = 'DescribeSecurityGroupAttribute';

export const isRead = ({ action }: CallRecord): boolean => action.startsWith('Describe');

export const readsOf = (calls: readonly CallRecord[]): number => calls.filter(isRead).length;

export const ruleReads = (calls: readonly CallRecord[]): CallRecord[] =>
  calls.filter(({ action }) => action === RULES_READ);

export const isOf =
  (group: string) =>
  ({ params }: CallRecord): boolean =>
    params.SecurityGroupId === group;

/** When it came in: one that is slow is noted when it takes effect. */
export const cameAtMs = ({ time, fault }: CallRecord): number =>
  Date.parse(time) - (fault === 'slow' ? LATENCY_MS : 0);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
