// A world of some hundred groups, most of which are as their policies say, where little goes wrong but that the reads of
// some hang: what the fairness of a large estate is judged in.
import { DEFAULT_QUIRKS } from '../../../emulator/quirks.ts';
import { Random } from '../../support/random.ts';
import { PLAIN_CONFIG } from '../config.ts';
import type { Knobs, SimGroup, TroubleKnobs } from '../knobs.ts';
import type { SimPolicy } from '../policies.ts';
import { coexisting, randomRule, type GroupKind } from '../rules.ts';
import { directed, editedRules } from './estate.ts';

const MINUTE_MS = 60_000;
const MAX_RULES = 4;
/** Of the groups, how many are not as their policies say at the start. */
const DRIFTED = 0.05;
const BOTH = { ingress: true, egress: true };

/** Takes nothing but the seed from the world that was drawn. */
export function whereGroupsAreMany({ seed, trouble, journal }: Knobs): Knobs {
  const random = new Random(seed * 7 + 9);
  const count = random.pick([100, 100, 200, 300]);
  const groups = Array.from({ length: count }, (_, index) => drawGroup(index, random));
  return {
    seed,
    groups,
    policies: new Map(groups.map((group) => [`${group.kind.id}.yaml`, [drawPolicy(group, random)]])),
    quirks: {
      ...DEFAULT_QUIRKS,
      batchAtomic: random.chance(0.5),
      describeLagMs: random.pick([0, 500, 3000]),
    },
    config: {
      ...PLAIN_CONFIG,
      resyncSeconds: 600,
      concurrency: random.pick(['auto', 4] as const),
    },
    trouble: { ...calm(trouble), ...drawEstateTrouble(random) },
    journal,
    maxRules: MAX_RULES,
    pageSize: Infinity,
  };
}

function drawGroup(index: number, random: Random): SimGroup {
  const kind: GroupKind = {
    id: `sg-${index}`,
    type: 'normal',
    classic: false,
    legacy: false,
    priorityTwins: false,
  };
  const rules = Array.from({ length: random.below(MAX_RULES + 1) }, () => randomRule(kind, random));
  return { kind, innerAccess: 'Accept', managed: false, rules: coexisting(rules, kind) };
}

function drawPolicy({ kind, rules }: SimGroup, random: Random): SimPolicy {
  const wanted = random.chance(DRIFTED) ? editedRules(rules, kind, MAX_RULES, random) : rules;
  return {
    group: kind,
    mode: 'enforce',
    ignores: false,
    rules: directed(wanted, BOTH),
    selector: random.pick(['id', 'id', 'name', 'tags'] as const),
    alone: false,
  };
}

const drawEstateTrouble = (random: Random): Partial<TroubleKnobs> => ({
  forMs: 4 * MINUTE_MS,
  networkFaults: random.pick([0, 0, 0.01]),
  policyEditsMs: 5000,
  handEditsMs: 15_000,
  hangsMs: MINUTE_MS,
});

const calm = (trouble: TroubleKnobs): TroubleKnobs => ({
  ...trouble,
  crashChance: 0,
  brokenFilesMs: Infinity,
  stormsMs: Infinity,
  denialsMs: Infinity,
  crashesMs: Infinity,
  stopsMs: Infinity,
  freezesMs: Infinity,
  clockJumpsMs: Infinity,
  rejectionsMs: Infinity,
  quotaCutsMs: Infinity,
  pausesMs: Infinity,
  approvalsMs: Infinity,
});
