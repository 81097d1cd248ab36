// The config of a running daemon: what it was started with, and the settings that may change while it runs.
import type { Problem } from '../../reconciler/model/problem.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Config } from '../config/config.ts';
import { changedSettings, keysForRestart, liveSettings, type LiveSettings } from '../config/live-settings.ts';
import { onOrOff, summaryOf, type ConfigSummary } from '../config/summary.ts';
import type { Telemetry } from '../telemetry/events.ts';
import { problemText } from './setup.ts';

export class LiveConfig {
  readonly #started: Config;
  readonly #cwd: string;
  readonly #telemetry: Telemetry;
  #settings: LiveSettings;

  /** @param started the config that the daemon was started with */
  constructor(started: Config, cwd: string, telemetry: Telemetry) {
    this.#started = started;
    this.#cwd = cwd;
    this.#telemetry = telemetry;
    this.#settings = liveSettings(started);
  }

  /** Those in force now. */
  get settings(): LiveSettings {
    return this.#settings;
  }

  get summary(): ConfigSummary {
    return { ...summaryOf(this.#started, this.#cwd), brake: onOrOff(this.#settings.brake) };
  }

  /** Takes up what another reading of the config says, and answers the keys that differ. A bad one changes nothing. */
  take(read: Result<Config, readonly Problem[]>): readonly string[] {
    if (!read.ok) {
      const details = read.error.map(problemText);
      this.#telemetry.emit('config.rejected', { problems: details.length, details });
      return [];
    }
    const settings = liveSettings(read.value);
    const changed = changedSettings(this.#settings, settings);
    this.#settings = settings;
    this.#telemetry.emit('config.loaded', {
      changed,
      needRestart: keysForRestart(this.#started, read.value),
    });
    return changed;
  }
}
