// What whoever comes from 0.1.0 has to change, as far as a config tells: the table of CHANGELOG.md, for this config.
import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../../reconciler/model/problem.ts';
import { DEFAULT_BRAKE } from '../../../reconciler/plan/safety.ts';
import { DEFAULT_CONFIG_FILE, loadConfig, MODE_HINT, NO_CONFIG, placeInConfig } from '../../config/load.ts';

/** What must be changed are errors, with other problems of the config; what must be known are warnings. */
export function upgradeProblems(file: string | null): Problem[] {
  const config = loadConfig(file);
  const shown = file ?? DEFAULT_CONFIG_FILE;
  const brake = config.ok ? config.value.reconcile.brake : DEFAULT_BRAKE;
  return [
    ...(config.ok ? [] : config.error.map(explained)),
    ...(isDeepStrictEqual(brake, DEFAULT_BRAKE) ? [brakeHolds(shown)] : []),
    applyAsks(shown),
  ];
}

/** In the words of an upgrade where the problem comes with it. */
function explained(problem: Problem): Problem {
  if (problem.code === NO_CONFIG) {
    const before =
      'without a config 0.1.0 enforced on the real cloud, with the credentials of the environment';
    return {
      ...problem,
      code: 'upgrade-config',
      message: `${problem.message}: ${before}; now there must be one`,
    };
  }
  if (problem.hint === MODE_HINT) {
    const message = 'reconcile.mode is not written, for which 0.1.0 took enforce; now it must be';
    const hint =
      'write `reconcile: {mode: enforce}` to go on as before, or `mode: observe` to write nothing for now';
    return { ...problem, code: 'upgrade-mode', message, hint };
  }
  return problem;
}

function brakeHolds(file: string): Problem {
  const { rules, percent, groups } = DEFAULT_BRAKE;
  return {
    ...placeInConfig(file, ['reconcile']),
    severity: 'warning',
    code: 'upgrade-brake',
    message:
      `reconcile.brake holds, also where it is not written: a plan that takes away more than ${rules} rules or ${percent} % of ` +
      'the accept rules of a group, empties it, opens a port to the internet, or is the first one of a group that a ' +
      `selector brings in waits for approval, and so does a revision that takes away from more than ${groups} groups`,
    hint: 'write other limits under `reconcile.brake`, or `brake: off` for none, as before',
  };
}

const applyAsks = (file: string): Problem => ({
  severity: 'warning',
  file,
  line: 1,
  column: 1,
  code: 'upgrade-apply',
  message: '`rampart apply` asks before it writes, and ends with 1 where there is no terminal',
  hint: 'add --yes, or --plan HASH, to the scripts that call it',
});
