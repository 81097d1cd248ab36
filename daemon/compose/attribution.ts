// What asks ActionTrail, if the config wants that: it hears the events of the engine, and says what it finds beside them.
import { Attributor } from '../attribution/attributor.ts';
import { DriftListener } from '../attribution/drift-listener.ts';
import type { TrailTransport } from '../attribution/lookup.ts';
import type { Clock } from '../clock.ts';
import type { AccountConfig } from '../config/accounts/accounts-schema.ts';
import type { Config } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import { fanOut, type Telemetry } from '../telemetry/events.ts';

export interface AttributionPorts {
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly trailOf: (account: AccountConfig) => TrailTransport;
}

export interface OpenAttribution {
  /** Null if the config does not want it. */
  readonly attributor: Attributor | null;
  /** For the engine. */
  readonly telemetry: Telemetry;
}

export function openAttribution(config: Config, ports: AttributionPorts): OpenAttribution {
  const { telemetry, journal, clock, trailOf } = ports;
  if (!config.attribution.actiontrail) return { attributor: null, telemetry };
  const trails = new Map(Object.entries(config.accounts).map(([name, account]) => [name, trailOf(account)]));
  const attributor = new Attributor({ trails, journal, telemetry, clock });
  const listener = new DriftListener({
    attributor,
    journal,
    clock,
    onFailure: (error) => attributor.fail(error),
  });
  return { attributor, telemetry: fanOut([telemetry, listener]) };
}
