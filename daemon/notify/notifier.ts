// Tells receivers what happens: hears every event beside the log, leaves out the same repetitions, and hands what a
// receiver wants to it. Sending is the receivers' own business, so an event costs here no more than its words.
import { isDeepStrictEqual } from 'node:util';
import type { Invocation } from '../../reconciler/plan/safety.ts';
import type { Clock } from '../clock.ts';
import type { Variables } from '../config/secret.ts';
import type { ReceiverSettings } from '../config/sections/notify-schema.ts';
import type { CommonFields, EventFields, EventName, Telemetry } from '../telemetry/events.ts';
import type { Redactor } from '../telemetry/redact.ts';
import { asOneLine, Teller } from '../telemetry/teller.ts';
import { receiverAddress, secretsOf } from './address.ts';
import { RECEIVER_KINDS } from './kinds/kinds.ts';
import { noteOf } from './note.ts';
import type { Post } from './post.ts';
import { Receiver } from './receiver.ts';
import { isWanted, type HeadOf } from './wanted.ts';

export interface NotifierPorts {
  readonly env: Variables;
  readonly clock: Clock;
  readonly post: Post;
  readonly redact: Redactor;
  /** What addresses hold is added, so that the log can blot it out. */
  readonly secrets: { readonly add: (secret: string) => void };
  readonly newId: () => string;
  readonly host: string;
  readonly invocation: Invocation;
  /** Hears what becomes of messages; may pass it on to the notifier, which ignores it. */
  readonly report: Telemetry;
}

/** Commits of which it is known who wrote them; older policies do not come back often. */
const MOST_COMMITS = 20;

/** Fields of single events that messages use later. */
interface HeardFields extends CommonFields {
  /** Of `policies.loaded`. */
  readonly commit?: string;
  readonly author?: string;
  /** Of `daemon.started`. */
  readonly httpUrl?: string;
}

interface Open {
  readonly settings: ReceiverSettings;
  readonly receiver: Receiver;
}

export class Notifier implements Telemetry {
  readonly #ports: NotifierPorts;
  readonly #teller: Teller;
  readonly #instance: string;
  /** By revision: the commit and its author. */
  readonly #commits = new Map<string, string>();
  #open: readonly Open[] = [];
  /** Of receivers that the config names no more. */
  readonly #closing = new Set<Promise<void>>();
  #headOf: HeadOf = () => null;
  #page: string | null = null;
  #number = 0;

  constructor(ports: NotifierPorts) {
    this.#ports = ports;
    this.#instance = ports.newId();
    this.#teller = new Teller((text) => asOneLine(ports.redact(text)), ports.clock);
  }

  /** What the cloud says of groups, for receivers that want those of a name or tag; until then all of them come. */
  seeGroups(headOf: HeadOf): void {
    this.#headOf = headOf;
  }

  /** From now on these are told. One whose settings stay the same keeps what waits for it. */
  configure(receivers: readonly ReceiverSettings[], graceMs: number): void {
    const before = this.#open;
    this.#open = receivers.map((settings, index) => {
      const same = before[index];
      if (same !== undefined && isDeepStrictEqual(same.settings, settings)) return same;
      return { settings, receiver: this.#receiver(settings, `notify[${index}]`) };
    });
    for (const { receiver } of before.filter((each) => !this.#open.includes(each))) {
      const closed = receiver.close(graceMs).finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
  }

  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    if (event.startsWith('notify.')) return;
    this.#remember(fields);
    const heard = this.#teller.hear(event, fields);
    if (heard === null) return;
    const { level } = heard;
    const wanting = this.#open.filter(({ settings }) =>
      isWanted(settings, { event, level, fields }, this.#headOf),
    );
    if (wanting.length === 0) return;
    this.#number += 1;
    const note = noteOf({
      ...this.#teller.tell(event, fields, heard),
      ...{ event, level, number: this.#number, timeMs: this.#ports.clock.nowMs() },
      by: this.#commits.get(fields.revision ?? '') ?? '',
    });
    for (const { receiver } of wanting) receiver.push(note);
  }

  /** Sends what waits as far as that goes within the grace; what does not is told to `report`. */
  async close(graceMs: number): Promise<void> {
    this.configure([], graceMs);
    await Promise.all(this.#closing);
  }

  #remember({ revision, commit, author, httpUrl }: HeardFields): void {
    if (httpUrl !== undefined) this.#page = httpUrl;
    if (revision === undefined || commit === undefined) return;
    const by = author === undefined ? '' : ` by ${author}`;
    const text = asOneLine(this.#ports.redact(`commit ${commit.slice(0, 12)}${by}`));
    this.#commits.set(revision, text);
    const [oldest] = this.#commits.keys();
    if (this.#commits.size > MOST_COMMITS && oldest !== undefined) this.#commits.delete(oldest);
  }

  #receiver(settings: ReceiverSettings, name: string): Receiver {
    const { clock, env, host, invocation, newId, post, report, secrets } = this.#ports;
    const { type, link } = settings;
    return new Receiver({
      ...{ name, type, clock, newId, post, report },
      kind: RECEIVER_KINDS[type],
      address: async () => {
        const address = await receiverAddress(settings, env);
        if (address.ok) for (const secret of secretsOf(address.value)) secrets.add(secret);
        return address;
      },
      context: () => ({ host, invocation, instance: this.#instance, link: link ?? this.#page }),
    });
  }
}
