// The estate of a soak.
import { DEFAULT_QUIRKS } from '../../../emulator/quirks.ts';
import { Random } from '../../support/random.ts';
import { PLAIN_CONFIG } from '../config.ts';
import type { Knobs, SimGroup } from '../knobs.ts';
import { coexisting, randomRule, type GroupKind } from '../rules.ts';

export interface EstateOfSoak {
  readonly groups: number;
  readonly seed: number;
}

const RULES_PER_GROUP = 10;
const NETWORK_FAULTS = 0.01;

/** So many groups, each as its policy says, in a world in which nothing goes wrong by itself but a few calls. */
export function soakEstate({ groups, seed }: EstateOfSoak): Knobs {
  const random = new Random(seed * 5);
  const all = Array.from({ length: groups }, (_, index): SimGroup => {
    const kind: GroupKind = {
      id: `sg-${index}`,
      type: 'normal',
      classic: false,
      legacy: false,
      priorityTwins: false,
    };
    const rules = Array.from({ length: RULES_PER_GROUP }, () => randomRule(kind, random));
    return { kind, innerAccess: 'Accept', managed: false, rules: coexisting(rules, kind) };
  });
  const policies = all.map(({ kind, rules }) => ({
    group: kind,
    mode: 'enforce' as const,
    ignores: false,
    rules: {
      ingress: rules.filter(({ direction }) => direction === 'ingress'),
      egress: rules.filter(({ direction }) => direction === 'egress'),
    },
    selector: 'id' as const,
    alone: false,
  }));
  return {
    seed,
    groups: all,
    policies: new Map(policies.map((policy) => [`${policy.group.id}.yaml`, [policy]])),
    quirks: DEFAULT_QUIRKS,
    config: PLAIN_CONFIG,
    trouble: NO_TROUBLE,
    journal: 'sqlite',
    maxRules: RULES_PER_GROUP,
    pageSize: Infinity,
  };
}

/** The soak makes its own. */
const NO_TROUBLE: Knobs['trouble'] = {
  forMs: 0,
  networkFaults: NETWORK_FAULTS,
  policyEditsMs: Infinity,
  brokenFilesMs: Infinity,
  handEditsMs: Infinity,
  stormsMs: Infinity,
  denialsMs: Infinity,
  crashesMs: Infinity,
  crashChance: 0,
  stopsMs: Infinity,
  freezesMs: Infinity,
  clockJumpsMs: Infinity,
  rejectionsMs: Infinity,
  quotaCutsMs: Infinity,
  pausesMs: Infinity,
  approvalsMs: Infinity,
  hangsMs: Infinity,
};
