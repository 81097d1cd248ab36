// A receiver of one's own: CloudEvents 1.0 in batches (JSON event format, section 4; HTTP binding, 3.3), signed as Standard
// Webhooks 1.0 says: an HMAC-SHA256 over id, time and body, whose key stands behind `whsec_` in base64.
import { createHmac } from 'node:crypto';
import { countsBeyond, totalOf, type NoteBatch, type EventCounts } from '../batch.ts';
import type { MessageContext, WrittenMessage } from '../message.ts';
import type { Note } from '../note.ts';
import { judgeStatus } from './judge.ts';
import type { ReceiverKind } from './kind.ts';

/** CloudEvents wants every receiver to take an event of this size. */
const WEBHOOK_BYTES = 64 * 1024;
/** Room for what is counted: the names of all events there are, and a link. */
const COUNTS_BYTES = 8 * 1024;

const SECRET = /^whsec_([A-Za-z0-9+/]{24,128}={0,2})$/;

export const WEBHOOK: ReceiverKind = {
  spacingMs: 1000,
  gatherMs: 1000,
  write: writeEvents,
  seal: (content, { url, secret, id, nowMs }) => {
    const [, key] = SECRET.exec(secret) ?? [];
    if (key === undefined) {
      return { error: 'its secret is not `whsec_` and at least 24 characters of base64' };
    }
    const timestamp = String(Math.floor(nowMs / 1000));
    const signature = createHmac('sha256', Buffer.from(key, 'base64'))
      .update(`${id}.${timestamp}.${content}`)
      .digest('base64');
    return {
      url,
      headers: {
        'Content-Type': 'application/cloudevents-batch+json; charset=utf-8',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body: content,
    };
  },
  judge: judgeStatus,
};

function writeEvents(batch: NoteBatch, context: MessageContext): WrittenMessage {
  const events: string[] = [];
  let bytes = COUNTS_BYTES;
  for (const note of batch.notes) {
    const event = cloudEvent(note, context);
    bytes += Buffer.byteLength(event) + 1;
    if (bytes > WEBHOOK_BYTES) break;
    events.push(event);
  }
  const shown = events.length;
  const counts = countsBeyond(batch, shown);
  if (counts.size > 0) events.push(countedEvent(counts, context));
  return { content: `[${events.join(',')}]`, shown, counted: totalOf(counts) };
}

function cloudEvent({ event, account, region, group, timeMs, number, data }: Note, context: MessageContext) {
  const subject = group === null ? {} : { subject: `${account}/${region}/${group}` };
  const time = new Date(timeMs).toISOString();
  return withData({ ...eventHead(event, `${context.instance}-${number}`, context), ...subject, time }, data);
}

/** What the message has no room for. */
function countedEvent(counts: EventCounts, context: MessageContext): string {
  const head = eventHead('notify.counted', `${context.id}-counted`, context);
  const { link } = context;
  const data = { events: totalOf(counts), counts: Object.fromEntries(counts), link };
  return withData(head, JSON.stringify(data));
}

const eventHead = (event: string, id: string, { host }: MessageContext): object => ({
  specversion: '1.0',
  id,
  source: `//${host}/rampart`,
  type: `rampart.${event}`,
  datacontenttype: 'application/json',
});

/** `data` is JSON already. */
const withData = (head: object, data: string): string =>
  `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
