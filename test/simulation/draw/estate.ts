// The estate of one simulation: its groups at the start, and what the policies say of them.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { Random } from '../../support/random.ts';
import type { SimGroup } from '../knobs.ts';
import type { SimPolicy, SimRule } from '../policies.ts';
import { START_MS } from '../virtual-time.ts';
import {
  alteredRule,
  coexisting,
  IGNORED_TEXT,
  isForPolicies,
  oddRule,
  randomRule,
  type GroupKind,
} from '../rules.ts';

export interface EstateSize {
  readonly maxRules: number;
  /** Groups that policies name. */
  readonly groups: number;
  /** More groups than the daemon reads at once. */
  readonly isLarge: boolean;
  readonly legacy: boolean;
  readonly priorityTwins: boolean;
}

export function drawSize(random: Random): EstateSize {
  const legacy = random.chance(0.15);
  const isLarge = random.chance(0.02);
  return {
    legacy,
    isLarge,
    // More rules than one call takes, at times.
    maxRules: isLarge ? 3 : random.chance(0.02) ? 130 : random.pick([3, 6, 6, 10, 14]),
    groups: isLarge ? 24 : random.pick([1, 1, 2, 2, 3, 4]),
    priorityTwins: !legacy && random.chance(0.3),
  };
}

export function drawGroups(random: Random, size: EstateSize): SimGroup[] {
  const { groups: count, maxRules, legacy, priorityTwins } = size;
  const managed = random.chance(0.2);
  const ids = Array.from({ length: count }, (_, index) => `sg-${index}`);
  return [...ids, 'sg-bystander', ...(managed ? ['sg-managed'] : [])].map((id): SimGroup => {
    const kind: GroupKind = {
      id,
      type: random.chance(0.85) ? 'normal' : 'enterprise',
      classic: !legacy && random.chance(0.06),
      legacy,
      priorityTwins,
    };
    const group = kind.classic ? { ...kind, type: 'normal' as const } : kind;
    const rules = coexisting(
      Array.from({ length: random.below(maxRules + 1) }, () =>
        random.chance(0.03) ? oddRule(group, random) : randomRule(group, random),
      ),
      group,
    ).map((rule) =>
      random.chance(0.08) ? { ...rule, description: `${IGNORED_TEXT}${random.below(9)}` } : rule,
    );
    return {
      kind: group,
      innerAccess: random.chance(0.3) ? 'Accept' : 'Drop',
      managed: id === 'sg-managed',
      rules,
    };
  });
}

/** All groups of policies in one file, or each in its own. */
export function drawPolicies(
  groups: readonly SimGroup[],
  random: Random,
  { maxRules, forMs }: { readonly maxRules: number; readonly forMs: number },
): Map<string, readonly SimPolicy[]> {
  const policies = groups
    .filter(({ kind }) => kind.id !== 'sg-bystander')
    .map((group): SimPolicy => {
      const modes = ['enforce', 'enforce', 'enforce', 'enforce', 'additive', 'observe'] as const;
      return {
        group: group.kind,
        mode: random.pick(modes),
        ignores: random.chance(0.3),
        rules: directed(
          editedRules(group.rules, group.kind, maxRules, random).map((rule) => ending(rule, forMs, random)),
          random.pick([
            { ingress: true, egress: true },
            { ingress: true, egress: true },
            { ingress: true, egress: false },
            { ingress: false, egress: true },
          ]),
        ),
        selector: random.chance(0.8) ? 'id' : 'name',
        alone: random.chance(0.15),
      };
    });
  if (random.chance(0.5)) return new Map([['all.yaml', policies]]);
  return new Map(policies.map((policy) => [`${policy.group.id}.yaml`, [policy]]));
}

export const hasEndingRules = (policies: ReadonlyMap<string, readonly SimPolicy[]>): boolean =>
  [...policies.values()]
    .flat()
    .flatMap(({ rules }) => [...(rules.ingress ?? []), ...(rules.egress ?? [])])
    .some(({ expiresAtMs }) => expiresAtMs !== undefined);

/** Some rules end while things go wrong. */
const ending = (rule: Rule, forMs: number, random: Random): SimRule =>
  random.chance(0.04) ? { ...rule, expiresAtMs: START_MS + 20_000 + random.below(forMs) } : rule;

export function directed(
  rules: readonly SimRule[],
  managed: Readonly<Record<Rule['direction'], boolean>>,
): SimPolicy['rules'] {
  const of = (direction: Rule['direction']) =>
    managed[direction] ? rules.filter((rule) => rule.direction === direction) : null;
  return { ingress: of('ingress'), egress: of('egress') };
}

/** Rules as someone would have them after an edit: some gone, some altered, some new; or all again. */
export function editedRules(
  before: readonly SimRule[],
  group: GroupKind,
  maxRules: number,
  random: Random,
): SimRule[] {
  const kept = random.chance(0.1) ? [] : before.filter((rule) => isForPolicies(rule) && random.chance(0.8));
  const altered = kept.map((rule) => (random.chance(0.25) ? alteredRule(rule, group, random) : rule));
  const added = Array.from({ length: random.below(3) }, () => randomRule(group, random));
  const rules = coexisting([...altered, ...added], group).map((rule) =>
    // It may be in the cloud with a text by which it is ignored.
    rule.description?.startsWith(IGNORED_TEXT) === true
      ? { ...rule, description: random.chance(0.5) ? 'taken over' : null }
      : rule,
  );
  const distinct = new Map(rules.map((rule) => [ruleIdentity(rule), rule]));
  return [...distinct.values()].slice(0, maxRules);
}
