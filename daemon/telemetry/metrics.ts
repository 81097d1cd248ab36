// Numbers for Prometheus. What happened is counted from the same events that the log shows; what is so at the
// moment is asked for at each scrape, so that a group that left the policies leaves no number behind.
import { collectDefaultMetrics, Registry } from 'prom-client';
import { EventCounters } from './event-counters.ts';
import type { Telemetry } from './events.ts';
import { StateGauges, type MetricsView } from './state-gauges.ts';

export class Metrics {
  readonly #registry = new Registry();
  readonly #gauges: StateGauges;
  /** Send it every event. */
  readonly telemetry: Telemetry;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.telemetry = new EventCounters(this.#registry);
    this.#gauges = new StateGauges(this.#registry);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus text, of the content type `contentType`. */
  render(view: MetricsView): Promise<string> {
    this.#gauges.show(view);
    return this.#registry.metrics();
  }
}
