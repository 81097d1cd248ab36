// The config as the program uses it: complete, checked, and frozen to its last leaf. What each key means, and its
// bounds and default, stand in the schema; here is only what differs from it.
import type { Prefix } from '../../reconciler/model/prefix.ts';
import type { WrittenGuardrails } from '../../reconciler/policy/compile/compile-guardrails.ts';
import type { AccountConfig } from './accounts/accounts-schema.ts';
import type { CheckedConfig } from './schema.ts';

type Settings = {
  readonly [
    Key in 'policies' | 'reconcile' | 'limits' | 'attribution' | 'notify' | 'http' | 'metrics' | 'log'
  ]: Readonly<CheckedConfig[Key]>;
};

/** Paths are usable as they are: absolute, or relative to the working directory. */
export interface Config extends Settings {
  /** As it was named; relative to the working directory. */
  readonly file: string;
  /** By name; at least one. Has no prototype, so that any text may be looked up. */
  readonly accounts: Readonly<Record<string, AccountConfig>>;
  readonly guardrails: WrittenGuardrails;
  /** Where members of security groups may be. */
  readonly privateNetworks: readonly Prefix[];
  readonly journal: JournalConfig;
  readonly emulator: EmulatorConfig;
}

export interface JournalConfig {
  /** A path, or `postgres://…`; `databaseOf` tells which. */
  readonly url: string;
  /** Parts of each account and region; of a file always 1. */
  readonly shards: number;
  /** Of a file without meaning. */
  readonly leaseSeconds: number;
}

export interface EmulatorConfig extends Readonly<Omit<CheckedConfig['emulator'], 'state'>> {
  /** JSON file of the cloud at the start; null: an empty cloud. */
  readonly state: string | null;
}
