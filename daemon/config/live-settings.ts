// What SIGHUP may change while the daemon runs. Everything else of the config needs a restart.
import type { BrakeSettings } from '../../reconciler/plan/safety.ts';
import type { Config } from './config.ts';

export interface LiveSettings {
  readonly brake: BrakeSettings | 'off';
}

export const liveSettings = ({ reconcile: { brake } }: Config): LiveSettings => ({ brake });
