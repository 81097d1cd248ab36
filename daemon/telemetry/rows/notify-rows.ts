// What the log says of messages to receivers of notifications.
import type { EventRow } from '../event-row.ts';
import { failedText, lostText } from '../words/notify.ts';

type NotifyEvent = 'notify.delivered' | 'notify.failed' | 'notify.lost';

export const NOTIFY_ROWS: { readonly [Name in NotifyEvent]: EventRow<Name> } = {
  'notify.delivered': {
    level: 'debug',
    say: (f) => `${f.receiver} (${f.type}) took a message: ${f.shown} shown, ${f.counted} counted`,
    ends: ['notify.failed'],
  },
  'notify.failed': {
    level: 'warn',
    say: failedText,
    sameAs: (f) => `${f.receiver} ${f.givesUp} ${f.reason}`,
  },
  'notify.lost': { level: 'warn', say: lostText },
};
