// A notifier and its receivers: real HTTP on loopback, and a virtual clock for its pace and for theirs.
import { Notifier } from '../../daemon/notify/notifier.ts';
import { postWithin } from '../../daemon/notify/post.ts';
import { parseConfig } from '../../daemon/config/load.ts';
import type { ReceiverSettings } from '../../daemon/config/sections/notify-schema.ts';
import type { EventFields, EventName, Telemetry } from '../../daemon/telemetry/events.ts';
import { ChatReceiver, toldIn, type ReceiverName } from './chat-receiver.ts';
import { COMMON } from './sample-events.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Reported {
  readonly event: EventName;
  readonly [field: string]: unknown;
}

/** How long a stop waits, in virtual time. */
const GRACE_MS = 5000;

export class Notifying {
  readonly clock = new VirtualClock();
  readonly receivers = new Map<ReceiverName, ChatReceiver>();
  /** What the notifier says of itself. */
  readonly reports: Reported[] = [];
  readonly secrets = new Set<string>();
  readonly env: Record<string, string> = {};
  readonly notifier: Notifier;
  /** How long an answer is waited for, in real time. */
  timeoutMs = 60_000;

  constructor() {
    const report: Telemetry = {
      emit: (event, fields) => {
        this.reports.push({ ...(fields as object), event });
        this.notifier.emit(event, fields);
      },
    };
    let ids = 0;
    this.notifier = new Notifier({
      ...{ report, secrets: this.secrets, env: this.env, clock: this.clock },
      post: (request, cut) => this.clock.duringCall(postWithin(this.timeoutMs)(request, cut)),
      redact: (text) => text.replaceAll('hunter2', '[redacted]'),
      newId: () => `id-${(ids += 1)}`,
      host: 'keeper',
      invocation: { program: 'rampart', flags: '' },
    });
  }

  /** Adds a receiver; `more` are keys of the config. */
  async add(type: ReceiverName): Promise<ChatReceiver> {
    const receiver = await ChatReceiver.start(type, () => this.clock.nowMs());
    this.receivers.set(type, receiver);
    this.env[`URL_${type.toUpperCase()}`] = receiver.url;
    this.env[`SECRET_${type.toUpperCase()}`] = receiver.secret;
    return receiver;
  }

  /** Takes up what the config would say of them. */
  configure(more = ''): void {
    this.notifier.configure(
      [...this.receivers].flatMap(([type, { secret }]) => receiversOf(entryFor(type, secret, more))),
      GRACE_MS,
    );
  }

  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    this.notifier.emit(event, fields);
  }

  /** Where there is but one. */
  get only(): ChatReceiver {
    const [receiver] = this.receivers.values();
    if (receiver === undefined) throw new Error('there is no receiver');
    return receiver;
  }

  reported(event: EventName): readonly Reported[] {
    return this.reports.filter((report) => report.event === event);
  }

  /** One of many different things, of all severities. */
  happen(number: number): void {
    const group = { ...COMMON, group: `sg-${number}` };
    if (number % 50 === 0) this.emit('group.not_converged', { ...group, reason: 'a rule is missing' });
    else if (number % 5 === 0) {
      const overrides = [`rampart approve ${number} --reason "..."`];
      this.emit('plan.blocked', { ...group, kinds: ['brake'], blockedBy: ['the brake'], overrides });
    } else
      this.emit('call.succeeded', { ...group, rules: 1, change: `+ opens tcp ${number} from 10.0.0.0/8` });
  }

  pass(ms: number): Promise<void> {
    return this.clock.until(this.clock.sleep(ms));
  }

  stop(): Promise<void> {
    return this.clock.until(this.notifier.close(GRACE_MS));
  }

  /** Events that a receiver was told of, shown and counted. */
  told(type: ReceiverName): number {
    const { messages = [] } = this.receivers.get(type) ?? {};
    return messages.reduce((sum, text) => sum + (type === 'webhook' ? eventsIn(text) : toldBy(text)), 0);
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([...this.receivers.values()].map((receiver) => receiver.close()));
  }
}

export async function notifying(types: readonly ReceiverName[]): Promise<Notifying> {
  const world = new Notifying();
  for (const type of types) await world.add(type);
  world.configure();
  return world;
}

export function receiversOf(entries: string): readonly ReceiverSettings[] {
  const config = parseConfig(`reconcile: {mode: enforce}\nnotify:\n${entries}`, 'config.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.notify;
}

function entryFor(type: ReceiverName, secret: string, more: string): string {
  const name = type.toUpperCase();
  const signed = secret === '' ? '' : `, secretEnv: SECRET_${name}`;
  return `- {type: ${type}, urlEnv: URL_${name}${signed}${more}}\n`;
}

const toldBy = (text: string): number => toldIn(text).shown + toldIn(text).counted;

function eventsIn(text: string): number {
  const events = JSON.parse(text) as ReadonlyArray<{ type: string; data: { events?: number } }>;
  return events.reduce(
    (sum, { type, data }) => sum + (type === 'rampart.notify.counted' ? (data.events ?? 0) : 1),
    0,
  );
}
