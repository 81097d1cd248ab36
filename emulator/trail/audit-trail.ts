// The events that ActionTrail has: a ring, bounded in events and in bytes. An event takes effect on it at once, and is
// shown `auditLagMs` later.
import type { AuditEvent } from './audit-event.ts';

const MAX_EVENTS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;

export interface NumberedEvent extends AuditEvent {
  /** Grows by one with each event. */
  readonly seq: number;
}

export class AuditTrail {
  readonly #run: string;
  /** Oldest first; each with the length of its text. */
  readonly #events = new Map<number, { readonly event: NumberedEvent; readonly bytes: number }>();
  #bytes = 0;
  #first = 1;
  #next = 1;

  /** @param run tells the ids of its events from those of another run; 32 bits */
  constructor(run = 0) {
    this.#run = run.toString(16).toUpperCase().padStart(8, '0');
  }

  add(event: AuditEvent): void {
    const bytes = JSON.stringify(event.body).length;
    this.#events.set(this.#next, { event: { ...event, seq: this.#next }, bytes });
    this.#next += 1;
    this.#bytes += bytes;
    while (this.#events.size > MAX_EVENTS || this.#bytes > MAX_BYTES) this.#dropFirst();
  }

  /** Of an event that no request id stands for; in the order of the events, which takes no randomness. */
  newId(): string {
    return `${this.#run}-0000-4000-8000-${this.#next.toString(16).toUpperCase().padStart(12, '0')}`;
  }

  /** Oldest first. */
  list(): readonly NumberedEvent[] {
    return [...this.#events.values()].map(({ event }) => event);
  }

  #dropFirst(): void {
    this.#bytes -= this.#events.get(this.#first)?.bytes ?? 0;
    this.#events.delete(this.#first);
    this.#first += 1;
  }
}
