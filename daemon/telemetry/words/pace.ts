// What is said of the pace, in sentences.
import { counted } from '../../../reconciler/model/counted.ts';
import type { EventFields } from '../events.ts';

export const finishedText = (f: EventFields<'resync.finished'>): string =>
  `${counted(f.groups, 'group')} of ${where(f)} looked at in ${secondsOf(f)} s: ${counted(f.changes, 'change')}, ${f.failed} not converged`;

export function lateText(f: EventFields<'resync.late'>): string {
  const operation = f.operation ?? 'OPERATION';
  return (
    `To look at ${counted(f.groups, 'group')} of ${where(f)} took ${secondsOf(f)} s instead of ${f.resyncSeconds} s: ` +
    `${operation} may be called ${f.callsPerMinute} times a minute; limits.${operation}.ratePerMinute: ` +
    `${f.neededPerMinute} would hold it, as would a longer reconcile.resyncSeconds`
  );
}

interface Said {
  readonly account?: string;
  readonly region?: string;
  readonly durationMs?: number;
}

const where = ({ account, region }: Said): string => `${account ?? 'an account'} in ${region ?? 'a region'}`;
const secondsOf = ({ durationMs = 0 }: Said): number => Math.round(durationMs / 1000);
