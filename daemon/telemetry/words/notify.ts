// What the log says of notifications that did not arrive.
import { counted } from '../../../reconciler/model/counted.ts';
import type { EventFields } from '../events.ts';

export function failedText(f: EventFields<'notify.failed'>): string {
  const seconds = Math.round(f.delayMs / 1000);
  const next = f.givesUp
    ? `${counted(f.events, 'event')} will only be counted, in the next message, after ${seconds} s`
    : `again in ${seconds} s`;
  return `${f.receiver} (${f.type}) did not take a message: ${f.reason}; ${next}`;
}

export const lostText = (f: EventFields<'notify.lost'>): string =>
  `${f.receiver} (${f.type}) was not told of ${counted(f.events, 'event')}: ${f.counts.join(', ')}`;
