import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { Mode } from '../../reconciler/model/group.ts';
import type { PlanOptions } from '../../reconciler/plan/plan.ts';
import type { Operation } from '../../reconciler/model/operation.ts';
import type { CredentialsConfig } from './credentials-config.ts';
import type { LogLevel } from '../telemetry/catalog.ts';
import type { ListenAddress } from './listen.ts';
import type { EmulatorQuirks } from './quirks-schema.ts';

/**
 * The config as the program uses it: complete, checked, and frozen to its last leaf. Paths are usable as they
 * are: absolute, or relative to the working directory.
 */
export interface Config {
  /** Null: there is no config file, everything is at its default. */
  readonly file: string | null;
  readonly policies: PoliciesConfig;
  /** By name; at least one. Has no prototype, so that any text may be looked up. */
  readonly accounts: Readonly<Record<string, AccountConfig>>;
  readonly reconcile: ReconcileConfig;
  readonly limits: LimitsConfig;
  readonly journal: { readonly file: string };
  /** `listen` null: no HTTP. */
  readonly http: { readonly listen: ListenAddress | null };
  readonly log: { readonly level: LogLevel; readonly format: 'auto' | 'json' | 'pretty' };
  readonly emulator: EmulatorConfig;
}

export interface PoliciesConfig {
  readonly source: 'directory';
  readonly path: string;
}

export interface AccountConfig {
  readonly credentials: CredentialsConfig;
  readonly endpoint: Endpoint;
  /** `auto`: found out from the cloud's answers. */
  readonly apiLevel: ApiLevel | 'auto';
}

export type Endpoint =
  /** The vendor's, by region. */
  | { readonly kind: 'regional' }
  /** The emulator that `run` starts beside itself. */
  | { readonly kind: 'embedded' }
  /** One for every region: scheme, host and port, without a trailing slash. */
  | { readonly kind: 'fixed'; readonly origin: string };

export interface ReconcileConfig extends PlanOptions {
  /** Every group is looked at again after this long, even if nothing seems to have happened. */
  readonly resyncSeconds: number;
  /** For groups whose policy names none. */
  readonly mode: Mode;
  /** Groups that are worked on side by side. */
  readonly concurrency: number;
  /** Wait between the authorizing and the revoking half of a plan. */
  readonly settleSeconds: number;
  /** How long what was just written may be missing from what the cloud shows, before the difference counts. */
  readonly lagSeconds: number;
}

/** Calls a minute, for each account and region; operations that are not named take the default. */
export type LimitsConfig = Readonly<Partial<Record<Operation, RateLimit | undefined>>> & {
  readonly default: RateLimit;
};

export interface RateLimit {
  readonly ratePerMinute: number;
}

export interface EmulatorConfig {
  readonly listen: ListenAddress;
  /** JSON file of the cloud at the start; null: an empty cloud. */
  readonly state: string | null;
  /** Only the quirks that differ from the emulator's defaults. */
  readonly quirks: EmulatorQuirks;
  readonly seed: number;
}
