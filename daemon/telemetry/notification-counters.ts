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
  /** Of `notify.failed`. */
  readonly givesUp?: boolean;
}

export class NotificationCounters {
  readonly #messages: Counter;
  readonly #events: Counter;
  readonly #givenUp: Counter;

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
    this.#givenUp = new Counter({
      name: 'rampart_notifications_given_up_total',
      help: 'Messages to receivers of notifications that were given up; their events are counted in the next one.',
      labelNames: ['type'],
      registers,
    });
    for (const type of RECEIVER_TYPES) {
      this.#givenUp.inc({ type }, 0);
      for (const outcome of ['delivered', 'failed']) this.#messages.inc({ type, outcome }, 0);
      for (const outcome of ['shown', 'counted', 'lost']) this.#events.inc({ type, outcome }, 0);
    }
  }

  count(event: EventName, fields: MessageFields): void {
    const { type, shown = 0, counted = 0, events = 0, givesUp = false } = fields;
    if (event === 'notify.failed') this.#messages.inc({ type, outcome: 'failed' });
    if (event === 'notify.failed' && givesUp) this.#givenUp.inc({ type });
    if (event === 'notify.lost') this.#events.inc({ type, outcome: 'lost' }, events);
    if (event !== 'notify.delivered') return;
    this.#messages.inc({ type, outcome: 'delivered' });
    this.#events.inc({ type, outcome: 'shown' }, shown);
    this.#events.inc({ type, outcome: 'counted' }, counted);
  }
}
