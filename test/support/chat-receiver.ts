// Receivers of notifications over real HTTP on loopback, with the limits and signatures of their vendors, written down a
// second time: nothing here is shared with the code that sends. Each can be made to fail.
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceiverName = 'webhook' | 'slack' | 'dingtalk' | 'feishu' | 'wecom';

/** How it answers. `hang`: never; `drip`: its answer does not end. */
export type Mood = 'well' | 'error' | 'redirect' | 'hang' | 'drip' | 'reset' | 'forbid';

export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Sent {
  readonly headers: IncomingMessage['headers'];
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly nowMs: number;
}

interface Rate {
  readonly messages: number;
  readonly withinMs: number;
  /** What is sent within this time after too many is refused too. */
  readonly mutedMs: number;
}

interface Vendor {
  readonly secret: string;
  readonly rates: readonly Rate[];
  readonly tooMany: Reply;
  /** The message as text, or why it is refused. */
  readonly take: (sent: Sent, secret: string) => string | Reply;
  readonly taken: Reply;
}

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) });
const hmac = (key: string | Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64');

const MINUTE = 60_000;
const HOUR_MS = 60 * MINUTE;

const VENDORS: Readonly<Record<ReceiverName, Vendor>> = {
  dingtalk: {
    secret: 'SEC0123456789abcdef0123456789abcdef',
    rates: [{ messages: 20, withinMs: MINUTE, mutedMs: 10 * MINUTE }],
    tooMany: json({ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }),
    take: ({ query, body, nowMs }, secret) => {
      const timestamp = query.get('timestamp') ?? '';
      const isInTime = Math.abs(Number(timestamp) - nowMs) <= HOUR_MS;
      if (!isInTime || query.get('sign') !== hmac(secret, `${timestamp}\n${secret}`)) {
        return json({ errcode: 310000, errmsg: 'sign not match' });
      }
      if (body.length > 20_000)
        return json({ errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' });
      const { msgtype, text } = JSON.parse(String(body)) as { msgtype: string; text: { content: string } };
      return msgtype === 'text' ? text.content : json({ errcode: 400105, errmsg: 'unsupported msgtype' });
    },
    taken: json({ errcode: 0, errmsg: 'ok' }),
  },
  feishu: {
    secret: 'feishu-secret-0123456789',
    rates: [
      { messages: 100, withinMs: MINUTE, mutedMs: 0 },
      { messages: 5, withinMs: 1000, mutedMs: 0 },
    ],
    tooMany: json({ code: 9499, msg: 'too many request', data: {} }, 400),
    take: ({ body, nowMs }, secret) => {
      if (body.length > 20 * 1024) return json({ code: 19036, msg: 'The message exceeds the size limit' });
      const { timestamp, sign, content } = JSON.parse(String(body)) as FeishuBody;
      const isInTime = Math.abs(Number(timestamp) - nowMs / 1000) <= 3600;
      if (!isInTime || sign !== hmac(`${timestamp}\n${secret}`, '')) {
        return json({
          code: 19021,
          msg: 'sign match fail or timestamp is not within one hour from current time',
        });
      }
      const { title, content: lines } = content.post.en_us;
      return [title, ...lines.map((line) => line.map(({ text }) => text).join(''))].join('\n');
    },
    taken: json({ code: 0, msg: 'success', StatusCode: 0 }),
  },
  wecom: {
    secret: '',
    rates: [{ messages: 20, withinMs: MINUTE, mutedMs: 0 }],
    tooMany: json({ errcode: 45009, errmsg: 'api freq out of limit' }),
    take: ({ body }) => {
      const { markdown } = JSON.parse(String(body)) as { markdown: { content: string } };
      if (Buffer.byteLength(markdown.content) > 4096) {
        return json({ errcode: 40058, errmsg: 'markdown.content exceed max length 4096' });
      }
      return markdown.content;
    },
    taken: json({ errcode: 0, errmsg: 'ok' }),
  },
  slack: {
    secret: '',
    rates: [{ messages: 1, withinMs: 1000, mutedMs: 0 }],
    tooMany: { status: 429, body: 'rate_limited', headers: { 'Retry-After': '30' } },
    take: ({ body }) => {
      const { text } = JSON.parse(String(body)) as { text: string };
      if (text === '') return { status: 400, body: 'no_text' };
      return text.length > 4000 ? { status: 400, body: 'msg_too_long' } : text;
    },
    taken: { status: 200, body: 'ok' },
  },
  webhook: {
    secret: `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`,
    rates: [],
    tooMany: { status: 429, body: '' },
    take: ({ headers, body, nowMs }, secret) => {
      const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const isInTime = Math.abs(Number(timestamp) - nowMs / 1000) <= 300;
      if (
        !isInTime ||
        signature !== `v1,${hmac(key, `${String(id)}.${String(timestamp)}.${String(body)}`)}`
      ) {
        return { status: 401, body: '' };
      }
      const type = String(headers['content-type']).split(';')[0];
      if (type !== 'application/cloudevents-batch+json') return { status: 415, body: '' };
      return body.length > 64 * 1024 || strangeEvents(String(body)).length > 0
        ? { status: 400, body: strangeEvents(String(body)).join() }
        : String(body);
    },
    taken: { status: 204, body: '' },
  },
};

interface FeishuBody {
  readonly timestamp: string;
  readonly sign: string;
  readonly content: {
    readonly post: {
      readonly en_us: {
        readonly title: string;
        readonly content: ReadonlyArray<ReadonlyArray<{ readonly text: string }>>;
      };
    };
  };
}

/** What CloudEvents 1.0 requires of each, and does not find. */
function strangeEvents(text: string): string[] {
  const events = JSON.parse(text) as ReadonlyArray<Readonly<Record<string, unknown>>>;
  const isTime = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  return events.flatMap((event) =>
    event.specversion === '1.0' &&
    [event.id, event.source, event.type].every(isText) &&
    (event.time === undefined || isTime(event.time)) &&
    Object.keys(event).every((name) => /^[a-z0-9]+$/.test(name))
      ? []
      : [JSON.stringify(event)],
  );
}

export class ChatReceiver {
  /** What it took. */
  readonly messages: string[] = [];
  /** What it refused, and why; without the moods. */
  readonly refusals: string[] = [];
  /** Of each request that came: the id of a webhook, or nothing. */
  readonly ids: string[] = [];
  mood: Mood = 'well';
  /** Refuses every message for its signature, and repeats where it was sent to and with which secret. */
  echo = false;
  readonly #name: ReceiverName;
  readonly #nowMs: () => number;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #times: number[] = [];
  #mutedUntilMs = 0;
  #requests = 0;

  private constructor(name: ReceiverName, nowMs: () => number) {
    this.#name = name;
    this.#nowMs = nowMs;
  }

  static async start(name: ReceiverName, nowMs = () => Date.now()): Promise<ChatReceiver> {
    const receiver = new ChatReceiver(name, nowMs);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get secret(): string {
    return VENDORS[this.#name].secret;
  }

  /** With a token in it, as all vendors have one. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/robot/send?access_token=t0ken-of-the-robot-that-no-one-may-see`;
  }

  /** As often as it was asked, whatever came of it. */
  get requests(): number {
    return this.#requests;
  }

  /** Someone else sends as many messages as it takes, then. */
  crowd(atMs: number): void {
    const [{ messages } = { messages: 0 }] = VENDORS[this.#name].rates;
    this.#times = Array.from({ length: messages }, () => atMs);
  }

  /** Of a webhook. */
  get events(): CloudEvent[] {
    return this.messages.flatMap((text) => JSON.parse(text) as CloudEvent[]);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const sent: Sent = { headers: request.headers, query, body: Buffer.concat(chunks), nowMs: this.#nowMs() };
    // Who asked has given up, and would not know what came of it.
    if (response.destroyed) return;
    this.ids.push(String(request.headers['webhook-id']));
    this.#requests += 1;
    this.#reply(sent, response);
  }

  #reply(sent: Sent, response: ServerResponse): void {
    switch (this.mood) {
      case 'hang':
        return;
      case 'drip':
        response.writeHead(200).write('{"errcode":');
        return;
      case 'reset':
        response.destroy();
        return;
      case 'error':
        response.writeHead(503).end();
        return;
      case 'forbid':
        response.writeHead(403).end('no_service');
        return;
      case 'redirect':
        response.writeHead(307, { Location: this.url }).end();
        return;
      case 'well': {
        const { status, body, headers = {} } = this.#judge(sent);
        response.writeHead(status, headers).end(body);
      }
    }
  }

  #judge(sent: Sent): Reply {
    const { rates, tooMany, take, taken, secret } = VENDORS[this.#name];
    const { nowMs } = sent;
    if (this.echo) return json({ errcode: 310000, errmsg: `sign not match: ${this.url} ${secret}` });
    const broken = rates.find(
      ({ messages, withinMs }) =>
        this.#times.filter((timeMs) => timeMs > nowMs - withinMs).length >= messages,
    );
    if (broken !== undefined || nowMs < this.#mutedUntilMs) {
      if (broken !== undefined) this.#mutedUntilMs = nowMs + broken.mutedMs;
      this.refusals.push('too many');
      return tooMany;
    }
    this.#times = [...this.#times.filter((timeMs) => timeMs > nowMs - HOUR_MS), nowMs];
    const text = take(sent, secret);
    if (typeof text !== 'string') {
      this.refusals.push(`${text.status} ${text.body}`);
      return text;
    }
    this.messages.push(text);
    return taken;
  }
}

/** What a message for people tells: events that it shows, and events that it only counts. */
export function toldIn(text: string): { readonly shown: number; readonly counted: number } {
  const lines = text.split('\n');
  const shown = lines.filter((line) => /^\**(ERROR|WARN|INFO|DEBUG)\** /.test(line)).length;
  const [, all = '0', kinds = ''] = /^and (\d+) more: (.*); see /m.exec(text) ?? [];
  const parts = [...kinds.matchAll(/(?:^|, )(\d+) /g)].map(([, many]) => Number(many));
  const sum = parts.reduce((some, many) => some + many, 0);
  if (sum !== Number(all)) throw new Error(`${all} events are counted as ${kinds}`);
  return { shown, counted: sum };
}
