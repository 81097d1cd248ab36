// Hears of drifts by the events that are told anyway, so that no reconcile waits for what becomes of them.
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import { HOUR_MS, type Clock } from '../clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { EventFields, EventName, Telemetry } from '../telemetry/events.ts';
import type { Attributor } from './attributor.ts';

export interface DriftListenerPorts {
  readonly attributor: Pick<Attributor, 'drifted' | 'released'>;
  readonly journal: Pick<Journal, 'marks'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** A journal that fails ends the daemon. */
  readonly onFailure: (error: unknown) => void;
}

/** Where the group was not yet seen as its policy says by this process. */
const UNSEEN_BACK_MS = 24 * HOUR_MS;

interface Seen {
  /** When the group was last as its policy says, Unix milliseconds. */
  readonly goodMs: number | null;
  /** The drift that was asked about, until the group is good again. */
  readonly drift: string | null;
}

const NOTHING_SEEN: Seen = { goodMs: null, drift: null };

export class DriftListener implements Telemetry {
  readonly #ports: DriftListenerPorts;
  readonly #seen = new Map<string, Seen>();

  constructor(ports: DriftListenerPorts) {
    this.#ports = ports;
  }

  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void;
  emit(event: EventName, fields: EventFields<EventName>): void {
    const { account, region, group: id } = fields;
    if (account === undefined || region === undefined || id === undefined) return;
    const group = { account, region, id };
    switch (event) {
      case 'group.converged': {
        // It was read some time before that is said.
        const goodMs = this.#ports.clock.nowMs() - (fields.durationMs ?? 0);
        this.#seen.set(groupKey(group), { goodMs, drift: null });
        return;
      }
      case 'drift.detected':
        this.#onDrift(group, fields as EventFields<'drift.detected'>);
        return;
      case 'group.released':
        this.#seen.delete(groupKey(group));
        this.#ports.attributor.released(group);
        return;
      default:
        return;
    }
  }

  #onDrift(group: GroupRef, fields: EventFields<'drift.detected'>): void {
    const { cause, missing, surplus, altered, rules } = fields;
    const seen = this.#seen.get(groupKey(group)) ?? NOTHING_SEEN;
    const drift = JSON.stringify([missing, surplus, altered, rules]);
    if (cause === 'policy' || seen.drift === drift) return;
    this.#seen.set(groupKey(group), { ...seen, drift });
    if (cause === 'drift') this.#ask(group, fields, seen);
    else this.#askAtStart(group, fields, seen).catch(this.#ports.onFailure);
  }

  /** A first difference is drift only if the policies are those that the group was last brought to. */
  async #askAtStart(group: GroupRef, fields: EventFields<'drift.detected'>, seen: Seen): Promise<void> {
    const { applied } = await this.#ports.journal.marks(group);
    if (applied !== null && applied === fields.revision) this.#ask(group, fields, seen);
  }

  #ask(group: GroupRef, { reconcileId }: EventFields<'drift.detected'>, { goodMs }: Seen): void {
    const sinceMs = goodMs ?? this.#ports.clock.nowMs() - UNSEEN_BACK_MS;
    this.#ports.attributor.drifted({ group, reconcileId: reconcileId ?? null, sinceMs });
  }
}
