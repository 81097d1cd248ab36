// What whoever comes from 0.1.0 has to change, as far as config and policies tell: the table of CHANGELOG.md, for these.
import { isDeepStrictEqual } from 'node:util';
import { counted } from '../../../reconciler/model/counted.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import { isShaped } from '../../../reconciler/model/packets/ignore.ts';
import type { Problem } from '../../../reconciler/model/problem.ts';
import { DIRECTIONS } from '../../../reconciler/model/rule.ts';
import { DEFAULT_BRAKE } from '../../../reconciler/plan/safety.ts';
import type { Config } from '../../config/config.ts';
import { MODE_HINT } from '../../config/config-words.ts';
import { DEFAULT_CONFIG_FILE, loadConfig, NO_CONFIG, placeInConfig } from '../../config/load.ts';

/** What must be changed are errors, with other problems of the config; what must be known are warnings. */
export async function upgradeProblems(
  file: string | null,
  groupsOf: (config: Config) => Promise<readonly DesiredGroup[]>,
): Promise<Problem[]> {
  const config = loadConfig(file);
  const shown = file ?? DEFAULT_CONFIG_FILE;
  const brake = config.ok ? config.value.reconcile.brake : DEFAULT_BRAKE;
  const groups = config.ok ? await groupsOf(config.value) : [];
  return [
    ...(config.ok ? [] : config.error.map(explained)),
    ...(isDeepStrictEqual(brake, DEFAULT_BRAKE) ? [brakeHolds(shown)] : []),
    applyAsks(shown),
    ...ignoredByText(groups),
    ...withoutText(groups),
  ];
}

/** Each pattern that 0.1.0 believed whatever the traffic of a rule. */
const ignoredByText = (groups: readonly DesiredGroup[]): Problem[] =>
  groups
    .flatMap(({ ignore }) => ignore)
    .filter((pattern) => !isShaped(pattern))
    .map(({ source }) => ({
      ...source,
      severity: 'warning',
      code: 'upgrade-ignore',
      message:
        'this pattern names no traffic, so of the rules that it fits only drops are left alone, and accepts that let ' +
        'through nothing beyond the declared rules: others are removed',
      hint: 'add the shape that the rules have: `protocol`, `ports` or `peer`',
    }));

/** One for all of them: few policies describe every rule. */
function withoutText(groups: readonly DesiredGroup[]): Problem[] {
  const rules = groups.flatMap((group) => DIRECTIONS.flatMap((direction) => group.rules[direction] ?? []));
  const textless = rules.filter(({ rule }) => rule.description === null);
  const [first] = textless;
  if (first === undefined) return [];
  return [
    {
      ...first.source,
      severity: 'warning',
      code: 'upgrade-texts',
      message:
        `${counted(textless.length, 'rule')} without a description, of which this is the first: the text of another rule ` +
        'is not inherited any more, so where one is changed into such a rule it is replaced, and in a full group the plan is blocked',
      hint: 'give rules a description where a group is nearly full',
    },
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
