// Counts messages to receivers, and the events that they tell, for Prometheus.
import { Counter, type Registry } from 'prom-client';
import { RECEIVER_TYPES, type CommonFields, type EventName } from './events.ts';

/** Fields of the events about messages. */
interface MessageFields extends CommonFields {
  readonly type?: string;
  /** Of `notify.delivered`. */
  readonly shown?: number;
  readonly counted?: number;
  /** Of `notify.lost`. */
  readonly events?: number;
}

export class NotificationCounters {
  readonly #messages: Counter;
  readonly #events: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['type', 'outcome'];
    this.#messages = new Counter({
      name: 'rampart_notifications_total',
      help: 'Attempts to send a message to a receiver of notifications, by how they ended.',
      labelNames,
      registers,
    });
    this.#events = new Counter({
      name: 'rampart_notification_events_total',
      help: 'Events that were shown in a message, only counted in one, or lost when the daemon stopped.',
      labelNames,
      registers,
    });
    for (const type of RECEIVER_TYPES) {
      for (const outcome of ['delivered', 'failed']) this.#messages.inc({ type, outcome }, 0);
      for (const outcome of ['shown', 'counted', 'lost']) this.#events.inc({ type, outcome }, 0);
    }
  }

  count(event: EventName, { type, shown = 0, counted = 0, events = 0 }: MessageFields): void {
    if (event === 'notify.failed') this.#messages.inc({ type, outcome: 'failed' });
    if (event === 'notify.lost') this.#events.inc({ type, outcome: 'lost' }, events);
    if (event !== 'notify.delivered') return;
    this.#messages.inc({ type, outcome: 'delivered' });
    this.#events.inc({ type, outcome: 'shown' }, shown);
    this.#events.inc({ type, outcome: 'counted' }, counted);
  }
}
