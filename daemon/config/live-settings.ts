// What SIGHUP may change while the daemon runs; everything else of the config needs a restart.
import { isDeepStrictEqual } from 'node:util';
import type { BrakeSettings } from '../../reconciler/plan/safety.ts';
import type { Config } from './config.ts';
import type { Freeze } from './sections/freeze-schema.ts';

export interface LiveSettings {
  readonly brake: BrakeSettings | 'off';
  readonly guardrails: Config['guardrails'];
  readonly freeze: readonly Freeze[];
  readonly expiryNoticeHours: readonly number[];
  readonly breakGlass: { readonly maxHours: number | null };
  readonly metrics: Config['metrics'];
  readonly notify: Config['notify'];
}

/** The settings by the keys of the config that they come from. A setting without a row does not compile. */
const LIVE_KEYS: { readonly [Setting in keyof LiveSettings]: string } = {
  brake: 'reconcile.brake',
  guardrails: 'guardrails',
  freeze: 'reconcile.freeze',
  expiryNoticeHours: 'reconcile.expiryNoticeHours',
  breakGlass: 'reconcile.breakGlass',
  metrics: 'metrics.perGroup',
  notify: 'notify',
};

export const liveSettings = ({ reconcile, guardrails, metrics, notify }: Config): LiveSettings => ({
  brake: reconcile.brake,
  guardrails,
  freeze: reconcile.freeze,
  expiryNoticeHours: reconcile.expiryNoticeHours,
  breakGlass: reconcile.breakGlass,
  metrics,
  notify,
});

/** Keys of the settings that differ. */
export const changedSettings = (before: LiveSettings, after: LiveSettings): string[] =>
  settingNames().flatMap((name) => (isDeepStrictEqual(before[name], after[name]) ? [] : [LIVE_KEYS[name]]));

const settingNames = (): Array<keyof LiveSettings> => Object.keys(LIVE_KEYS) as Array<keyof LiveSettings>;

/** Keys that differ and that SIGHUP does not take up: `SECTION.KEY`, in the order of the config. */
export function keysForRestart(before: Config, after: Config): string[] {
  const live = Object.values(LIVE_KEYS);
  return Object.entries(before)
    .flatMap(([section, old]: [string, unknown]) => {
      const now: unknown = after[section as keyof Config];
      return isSection(old) && isSection(now) ? keysIn(section, old, now) : differing(section, old, now);
    })
    .filter((key) => !live.some((taken) => key === taken || key.startsWith(`${taken}.`)));
}

type Section = Readonly<Record<string, unknown>>;

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysIn = (section: string, before: Section, after: Section): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differing(`${section}.${key}`, before[key], after[key]),
  );

const differing = (key: string, before: unknown, after: unknown): string[] =>
  isDeepStrictEqual(before, after) ? [] : [key];
