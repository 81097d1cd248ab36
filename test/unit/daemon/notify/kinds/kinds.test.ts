// What each vendor gets and what its answers mean, without a network. Invariants of the property: whatever the events say, a
// message keeps the vendor's bounds, shows and counts all events, and holds no markup that a text of theirs made.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECEIVER_KINDS } from '../../../../../daemon/notify/kinds/kinds.ts';
import type { ReceiverAnswer, Envelope } from '../../../../../daemon/notify/kinds/kind.ts';
import type { Note } from '../../../../../daemon/notify/note.ts';
import { RECEIVER_TYPES, type ReceiverType } from '../../../../../daemon/telemetry/events.ts';
import { toldIn } from '../../../../support/chat-receiver.ts';

const CONTEXT = {
  ...{ host: 'keeper', instance: 'run-1', id: 'message-1', link: 'https://rampart.example.com/' },
  invocation: { program: 'rampart', flags: '' },
};

const NOTE: Note = {
  ...{
    event: 'plan.blocked',
    level: 'warn',
    timeMs: 0,
    number: 1,
    account: 'default',
    region: 'cn-hangzhou',
  },
  ...{ group: 'sg-1', text: 'blocked', goOn: [], by: '', data: '{}' },
};

const HOSTILE = [
  '<!channel>',
  '<at user_id="all">all</at>',
  '<@all>',
  '[x](http://evil)',
  '![x](http://evil)',
  '&<>',
];

const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...HOSTILE))).map((parts) =>
  parts
    .join('')
    .replace(/[\u0000-\u001f\u2028\u2029]/g, ' ')
    .slice(0, 500),
);

const note: fc.Arbitrary<Note> = fc.record({
  event: fc.constantFrom('plan.blocked', 'call.succeeded', 'group.flapping', 'policies.held'),
  level: fc.constantFrom('error', 'warn', 'info'),
  ...{ timeMs: fc.nat(), number: fc.nat(), account: text, region: text },
  group: fc.option(text),
  ...{ text, goOn: fc.array(text, { maxLength: 3 }), by: text },
  data: text.map((said) => JSON.stringify({ said: said.repeat(20) })),
});

/** Of what is sent, in the vendor's unit. */
const BOUNDS: Readonly<Record<ReceiverType, (body: string) => boolean>> = {
  webhook: (body) => Buffer.byteLength(body) <= 64 * 1024,
  slack: (body) => (JSON.parse(body) as { text: string }).text.length <= 4000,
  dingtalk: (body) => Buffer.byteLength(body) <= 20_000,
  feishu: (body) => Buffer.byteLength(body) <= 20 * 1024,
  wecom: (body) => Buffer.byteLength((JSON.parse(body) as WeCom).markdown.content) <= 4096,
};

interface WeCom {
  readonly markdown: { readonly content: string };
}

const envelope = (type: ReceiverType): Envelope => ({
  url: new URL('https://robot.example.com/send?key=t0ken'),
  secret: type === 'webhook' ? `whsec_${'A'.repeat(32)}` : 'SEC',
  ...{ id: 'message-1', nowMs: 1_700_000_000_000 },
});

function sent(type: ReceiverType, notes: readonly Note[], counted = new Map<string, number>()) {
  const kind = RECEIVER_KINDS[type];
  const message = kind.write({ notes, counted }, CONTEXT);
  const request = kind.seal(message.content, envelope(type));
  if ('error' in request) throw new Error(request.error);
  return { ...message, ...request };
}

describe.each(RECEIVER_TYPES)('a message to %s', (type) => {
  it('keeps the bounds of its vendor and tells all, whatever the events say', () => {
    fc.assert(
      fc.property(fc.array(note, { maxLength: 80 }), fc.nat(5000), (notes, many) => {
        const counted = many === 0 ? new Map<string, number>() : new Map([['call.succeeded', many]]);
        const { body, shown, counted: rest } = sent(type, notes, counted);
        expect(BOUNDS[type](body)).toBe(true);
        expect(shown + rest).toBe(notes.length + many);
      }),
      { numRuns: 40 },
    );
  });
});

describe('no text of an event', () => {
  const hostile = HOSTILE.map((each) => ({ ...NOTE, text: each, account: each }));

  it('is a mention or a link in Slack', () => {
    const { text: mrkdwn } = JSON.parse(sent('slack', hostile).body) as { text: string };
    expect(mrkdwn.match(/<[^>]*>/g) ?? []).toEqual([]);
  });

  it('is a mention, a link or an image in WeCom', () => {
    const { content } = (JSON.parse(sent('wecom', hostile).body) as WeCom).markdown;
    expect(content).not.toMatch(/<[@a-z/]|\]\(|!\[/i);
  });

  it('is markup in DingTalk and Feishu, which get plain text', () => {
    expect(JSON.parse(sent('dingtalk', hostile).body)).toMatchObject({ msgtype: 'text' });
    const feishu = JSON.parse(sent('feishu', hostile).body) as {
      content: { post: { en_us: { content: ReadonlyArray<ReadonlyArray<{ tag: string }>> } } };
    };
    const tags = feishu.content.post.en_us.content.flat().map(({ tag }) => tag);
    expect(new Set(tags)).toEqual(new Set(['text']));
  });
});

describe('signatures', () => {
  // The expected one is from the example in Python on the vendor's page.
  it('of DingTalk stand in the query, over milliseconds and secret', () => {
    const { url } = sent('dingtalk', [NOTE]);
    expect(url.href).toBe(
      'https://robot.example.com/send?key=t0ken&timestamp=1700000000000&sign=r%2B2we0q01lkZqz38LA5IPNbHN81U1leRf3Au4PSQb6Q%3D',
    );
  });

  it('of a webhook are refused without a key', () => {
    expect(RECEIVER_KINDS.webhook.seal('[]', { ...envelope('webhook'), secret: 'hunter2' })).toEqual({
      error: 'its secret is not `whsec_` and at least 24 characters of base64',
    });
  });

  it.each(['dingtalk', 'feishu'] as const)('of %s are left out where the config has no secret', (type) => {
    const kind = RECEIVER_KINDS[type];
    const request = kind.seal('{"a":1}', { ...envelope(type), secret: '' });
    expect(request).toMatchObject({ body: '{"a":1}', url: envelope(type).url });
  });
});

describe('what an answer means', () => {
  const answer = (
    status: number,
    body: string | object = '',
    retryAfter: string | null = null,
  ): ReceiverAnswer => ({
    ...{ status, retryAfter },
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const NOW = Date.parse('2026-11-29T12:00:00Z');

  it.each<[ReceiverType, ReceiverAnswer, object]>([
    ['webhook', answer(204), { kind: 'taken' }],
    ['webhook', answer(429, '', '120'), { kind: 'later', afterMs: 120_000 }],
    ['webhook', answer(503, '', 'Sun, 29 Nov 2026 12:01:00 GMT'), { kind: 'later', afterMs: 60_000 }],
    ['webhook', answer(503, '', 'Sun, 29 Nov 2026 11:00:00 GMT'), { kind: 'later', afterMs: 0 }],
    ['webhook', answer(503, '', '86400'), { kind: 'later', afterMs: 900_000 }],
    ['webhook', answer(500, '', 'soon'), { kind: 'later', afterMs: 0 }],
    ['webhook', answer(410), { kind: 'refused' }],
    ['webhook', answer(301), { kind: 'refused' }],
    ['slack', answer(200, 'ok'), { kind: 'taken' }],
    ['slack', answer(429, 'rate_limited', '30'), { kind: 'later', afterMs: 30_000 }],
    [
      'slack',
      answer(400, 'invalid_payload'),
      { kind: 'refused', reason: 'it answered 400: invalid_payload' },
    ],
    ['slack', answer(404, '<html>'), { kind: 'refused', reason: 'it answered 404' }],
    ['dingtalk', answer(200, { errcode: 0, errmsg: 'ok' }), { kind: 'taken' }],
    ['dingtalk', answer(200, { errcode: 310000, errmsg: 'sign not match' }), { kind: 'refused' }],
    ['dingtalk', answer(200, { errcode: 130101 }), { kind: 'later', reason: '130101', afterMs: 600_000 }],
    ['dingtalk', answer(200, { errcode: -1, errmsg: 'busy' }), { kind: 'later', afterMs: 0 }],
    ['dingtalk', answer(200, '<html>'), { kind: 'later' }],
    ['dingtalk', answer(502, '<html>'), { kind: 'later', reason: 'it answered 502' }],
    ['feishu', answer(200, { code: 0, msg: 'success' }), { kind: 'taken' }],
    ['feishu', answer(200, { StatusCode: 0, StatusMessage: 'success' }), { kind: 'taken' }],
    ['feishu', answer(400, { code: 9499, msg: 'too many request' }), { kind: 'later', afterMs: 60_000 }],
    ['feishu', answer(200, { code: 11232 }), { kind: 'later', afterMs: 60_000 }],
    ['feishu', answer(200, { code: 19021, msg: 'sign match fail' }), { kind: 'refused' }],
    ['wecom', answer(200, { errcode: 45009, errmsg: 'freq' }), { kind: 'later', afterMs: 60_000 }],
    ['wecom', answer(200, { errcode: 93000, errmsg: 'invalid webhook url' }), { kind: 'refused' }],
    ['wecom', answer(200, [1]), { kind: 'later' }],
  ])('%s: %o', (type, given, verdict) => {
    expect(RECEIVER_KINDS[type].judge(given, NOW)).toMatchObject(verdict);
  });
});

it('what a message counts of many kinds is told by name for the most frequent, and adds up', () => {
  const counted = new Map(Array.from({ length: 40 }, (_, index) => [`event.${index}`, index + 1]));
  const { body, counted: all } = sent('dingtalk', [], counted);
  const { content } = (JSON.parse(body) as { text: { content: string } }).text;
  expect(toldIn(content)).toEqual({ shown: 0, counted: all });
  expect(all).toBe(820);
});
