// The config, and what of the environment would undo it.
import { counted } from '../../../reconciler/model/counted.ts';
import type { Io } from '../../cli/io.ts';
import type { CommonFlags } from '../../compose/setup.ts';
import { environmentProblems } from '../../config/accounts/environment.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig, NO_CONFIG } from '../../config/load.ts';
import { broken, fine, type DoctorCheck } from './check.ts';

export interface CheckedOver {
  /** Null: there is none to go on with. */
  readonly config: Config | null;
  readonly checks: readonly DoctorCheck[];
  /** Whether the environment would show secrets to others: then the cloud is not called. */
  readonly isUnsafe: boolean;
}

export function configChecks(flags: CommonFlags, { env }: Pick<Io, 'env'>): CheckedOver {
  const loaded = loadConfig(flags.config ?? null);
  if (!loaded.ok) {
    const checks = loaded.error.map(({ file, line, column, message, hint, code }) => {
      const place = code === NO_CONFIG ? '' : `${file}:${line}:${column}: `;
      const cure = hint === '' ? `correct line ${line} of ${file}` : hint;
      return broken('config', `${place}${message}`, cure);
    });
    return { config: null, checks, isUnsafe: false };
  }
  const config = loaded.value;
  const { accounts, reconcile, file } = config;
  const unsafe = environmentProblems(config, env).map((text) =>
    broken('config', text, 'correct that variable where Rampart is started, or unset it'),
  );
  const names = counted(Object.keys(accounts).length, 'account');
  const isUnsafe = unsafe.length > 0;
  return {
    config,
    isUnsafe,
    checks: [fine('config', `${file}: mode ${reconcile.mode}, ${names}`), ...unsafe],
  };
}
