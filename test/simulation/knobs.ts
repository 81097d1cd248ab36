// Everything about one simulation that is decided before it begins, drawn from one seed: the estate, the reading of
// the manual that the cloud follows, the config, and how much goes wrong.
import { DEFAULT_QUIRKS, type Quirks } from '../../emulator/quirks.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { Random } from '../support/random.ts';
import type { SimPolicy } from './policies.ts';
import { alteredRule, coexisting, IGNORED_TEXT, randomRule, type GroupKind } from './rules.ts';

/** A group of the cloud at the start. */
export interface SimGroup {
  readonly kind: GroupKind;
  readonly innerAccess: 'Accept' | 'Drop';
  /** Owned by a cloud product: the vendor refuses every write. */
  readonly managed: boolean;
  readonly rules: readonly Rule[];
}

export interface Knobs {
  readonly seed: number;
  readonly groups: readonly SimGroup[];
  /** By file. Groups that stand in none are bystanders. */
  readonly policies: ReadonlyMap<string, readonly SimPolicy[]>;
  readonly quirks: Quirks;
  readonly config: ConfigKnobs;
  readonly trouble: TroubleKnobs;
  readonly journal: 'memory' | 'sqlite';
  readonly maxRules: number;
}

/** As `reconcile.brake`; how many groups a revision may touch is never a limit here. */
export interface BrakeKnobs {
  readonly rules: number;
  readonly percent: number;
  readonly opens: 'internet' | 'off';
  readonly takeover: 'approve' | 'auto';
}

export interface ConfigKnobs {
  readonly brake: 'off' | BrakeKnobs;
  readonly resyncSeconds: number;
  readonly concurrency: number;
  readonly modify: 'prefer' | 'auto' | 'never';
  readonly maxModifyPerPlan: number;
  readonly fallback: 'neverOpen' | 'neverCut' | 'refuse';
  readonly batchesAtomic: boolean;
  readonly settleSeconds: number;
  readonly ruleQuota: number;
  /** Calls a minute, by operation; `default` for the others. */
  readonly rates: Readonly<Record<string, number>>;
}

/** Means of random intervals, in milliseconds; Infinity for never. */
export interface TroubleKnobs {
  /** How long all this goes on. */
  readonly forMs: number;
  /** Share of calls that the network spoils. */
  readonly networkFaults: number;
  readonly policyEditsMs: number;
  readonly brokenFilesMs: number;
  readonly handEditsMs: number;
  readonly stormsMs: number;
  readonly denialsMs: number;
  readonly crashesMs: number;
  /** Chance of a crash at each boundary of an operation of the journal or the network. */
  readonly crashChance: number;
  readonly stopsMs: number;
  readonly freezesMs: number;
  readonly clockJumpsMs: number;
  readonly rejectionsMs: number;
  readonly quotaCutsMs: number;
  readonly pausesMs: number;
  readonly approvalsMs: number;
}

const MINUTE_MS = 60_000;

export interface KnobOptions {
  readonly sqlite: boolean;
  /** Whether there is a limit to what a plan may take away or open. */
  readonly brake: boolean;
}

export function drawKnobs(seed: number, { sqlite, brake }: KnobOptions): Knobs {
  const random = new Random(seed * 7 + 1);
  // Of its own: whether there is a limit must not change what else is drawn.
  const brakeRandom = new Random(seed * 7 + 3);
  const legacy = random.chance(0.15);
  const maxRules = random.pick([3, 6, 6, 10, 14]);
  const groups = drawGroups(random, legacy, maxRules);
  const biggest = Math.max(...groups.map(({ rules }) => rules.length), maxRules);
  // Of their own as well: what is open of today's or of the older manual besides.
  const readings = drawReadings(new Random(seed * 7 + 5));
  const quirks = { ...drawQuirks(random, legacy, biggest), ...readings };
  return {
    seed,
    groups,
    policies: drawPolicies(groups, random, maxRules),
    quirks,
    config: {
      ...drawConfig(random, quirks, biggest),
      brake: brake ? drawBrake(brakeRandom) : 'off',
    },
    trouble: {
      ...drawTrouble(random),
      approvalsMs: brake ? brakeRandom.pick([0.5, 2, Infinity]) * MINUTE_MS : Infinity,
    },
    journal: sqlite ? 'sqlite' : 'memory',
    maxRules,
  };
}

function drawGroups(random: Random, legacy: boolean, maxRules: number): SimGroup[] {
  const count = random.pick([1, 1, 2, 2, 3, 4]);
  const managed = random.chance(0.2);
  const ids = Array.from({ length: count }, (_, index) => `sg-${index}`);
  return [...ids, 'sg-bystander', ...(managed ? ['sg-managed'] : [])].map((id): SimGroup => {
    const kind: GroupKind = {
      id,
      type: random.chance(0.85) ? 'normal' : 'enterprise',
      classic: !legacy && random.chance(0.06),
      legacy,
    };
    const group = kind.classic ? { ...kind, type: 'normal' as const } : kind;
    const rules = coexisting(
      Array.from({ length: random.below(maxRules + 1) }, () => randomRule(group, random)),
    ).map((rule) =>
      random.chance(0.05) ? { ...rule, description: `${IGNORED_TEXT}${random.below(9)}` } : rule,
    );
    return {
      kind: group,
      innerAccess: random.chance(0.3) ? 'Accept' : 'Drop',
      managed: id === 'sg-managed',
      rules,
    };
  });
}

function drawQuirks(random: Random, legacy: boolean, biggest: number): Quirks {
  const often = <T>(usual: T, other: T): T => (random.chance(0.7) ? usual : other);
  return {
    ...DEFAULT_QUIRKS,
    apiLevel: legacy ? 'legacy2019' : 'current',
    legacyModifies: random.pick(['description', 'descriptionAndPriority'] as const),
    describeLagMs: random.pick([0, 0, 0, 500, 3000, 20_000]),
    batchAtomic: random.chance(0.5),
    priorityInIdentity: random.chance(0.5),
    reauthorize: random.pick(['ignore', 'overwriteDescription'] as const),
    ipv4HostBits: random.pick(['mask', 'keep'] as const),
    bareIpv4: random.pick(['keep', 'slash32'] as const),
    modifyOmitted: random.pick(['reset', 'keep'] as const),
    modifySame: random.pick(['ok', 'duplicate'] as const),
    revokeUnknownId: random.pick(['fail', 'ignore'] as const),
    pageOrder: random.pick(['insertion', 'shuffled'] as const),
    priorityType: random.pick(['number', 'string'] as const),
    tokenWindowSeconds: often(86_400, random.pick([1, 30, 600])),
    tokenRemembersErrors: random.chance(0.3),
    ruleIdAfterModify: random.pick(['same', 'new'] as const),
    // Tight at times: room for what is wanted and a few more.
    ruleQuota: often(1000, biggest + random.below(6)),
    rateLimits: random.chance(0.4) ? drawRates(random, [12, 30, 60]) : {},
  };
}

const drawReadings = (random: Random): Partial<Quirks> => ({
  omittedOwnSide: random.pick(['other', 'any'] as const),
  shownOwnSide: random.pick(['sent', 'any', 'empty'] as const),
  revokeUnknownGroupRule: random.pick(['ignore', 'fail'] as const),
  descriptionUnit: random.pick(['codePoints', 'utf16', 'bytes'] as const),
  groupPaging: random.pick(['both', 'token'] as const),
});

const OPERATIONS = [
  'AuthorizeSecurityGroup',
  'AuthorizeSecurityGroupEgress',
  'ModifySecurityGroupRule',
  'ModifySecurityGroupEgressRule',
  'RevokeSecurityGroup',
  'RevokeSecurityGroupEgress',
  'DescribeSecurityGroups',
  'DescribeSecurityGroupAttribute',
];

const drawRates = (random: Random, rates: readonly number[]): Record<string, number> =>
  Object.fromEntries(
    OPERATIONS.filter(() => random.chance(0.5)).map((operation) => [operation, random.pick(rates)]),
  );

const drawBrake = (random: Random): BrakeKnobs => ({
  rules: random.pick([0, 1, 2, 20]),
  percent: random.pick([0, 30, 100]),
  opens: random.pick(['internet', 'off'] as const),
  takeover: random.pick(['approve', 'auto', 'auto'] as const),
});

function drawConfig(random: Random, quirks: Quirks, biggest: number): Omit<ConfigKnobs, 'brake'> {
  const roomy = quirks.ruleQuota > 2 * biggest + 10;
  return {
    resyncSeconds: random.pick([20, 30, 60, 120]),
    concurrency: random.pick([1, 2, 4]),
    modify: random.pick(['prefer', 'prefer', 'auto', 'never'] as const),
    maxModifyPerPlan: random.pick([20, 20, 2, 0]),
    fallback: roomy
      ? random.pick(['neverOpen', 'neverCut', 'refuse'] as const)
      : random.pick(['neverOpen', 'neverCut'] as const),
    // The config may only promise what the cloud keeps.
    batchesAtomic: quirks.batchAtomic && random.chance(0.5),
    settleSeconds: random.pick([0, 0, 0, 3]),
    ruleQuota: quirks.ruleQuota,
    rates: { default: random.pick([20, 60, 60, 120, 600]), ...drawRates(random, [12, 30, 60, 120]) },
  };
}

function drawTrouble(random: Random): Omit<TroubleKnobs, 'approvalsMs'> {
  const maybe = (chance: number, minutes: number): number =>
    random.chance(chance) ? minutes * MINUTE_MS : Infinity;
  return {
    forMs: random.pick([3, 6, 10]) * MINUTE_MS,
    networkFaults: random.pick([0, 0.02, 0.1, 0.25]),
    policyEditsMs: maybe(0.9, random.pick([0.3, 1, 3])),
    brokenFilesMs: maybe(0.15, 4),
    handEditsMs: maybe(0.6, random.pick([0.2, 1, 3])),
    stormsMs: maybe(0.3, 5),
    denialsMs: maybe(0.1, 5),
    crashesMs: maybe(0.3, 2),
    crashChance: random.pick([0, 0, 0.003, 0.01, 0.05]),
    stopsMs: maybe(0.3, 3),
    freezesMs: maybe(0.2, 3),
    clockJumpsMs: maybe(0.2, 3),
    rejectionsMs: maybe(0.3, 3),
    quotaCutsMs: maybe(0.1, 4),
    pausesMs: maybe(0.15, 3),
  };
}

/** All groups of policies in one file, or each in its own. */
function drawPolicies(
  groups: readonly SimGroup[],
  random: Random,
  maxRules: number,
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
          editedRules(group.rules, group.kind, maxRules, random),
          random.pick([
            { ingress: true, egress: true },
            { ingress: true, egress: true },
            { ingress: true, egress: false },
            { ingress: false, egress: true },
          ]),
        ),
        selector: random.chance(0.8) ? 'id' : 'name',
      };
    });
  if (random.chance(0.5)) return new Map([['all.yaml', policies]]);
  return new Map(policies.map((policy) => [`${policy.group.id}.yaml`, [policy]]));
}

export function directed(
  rules: readonly Rule[],
  managed: Readonly<Record<Rule['direction'], boolean>>,
): SimPolicy['rules'] {
  const of = (direction: Rule['direction']) =>
    managed[direction] ? rules.filter((rule) => rule.direction === direction) : null;
  return { ingress: of('ingress'), egress: of('egress') };
}

/** Rules as someone would have them after an edit: some gone, some altered, some new; or all again. */
export function editedRules(
  before: readonly Rule[],
  group: GroupKind,
  maxRules: number,
  random: Random,
): Rule[] {
  const kept = random.chance(0.1) ? [] : before.filter(() => random.chance(0.8));
  const altered = kept.map((rule) => (random.chance(0.25) ? alteredRule(rule, group, random) : rule));
  const added = Array.from({ length: random.below(3) }, () => randomRule(group, random));
  const rules = coexisting([...altered, ...added]).map((rule) =>
    rule.description?.startsWith(IGNORED_TEXT) === true ? { ...rule, description: null } : rule,
  );
  const distinct = new Map(rules.map((rule) => [ruleIdentity(rule), rule]));
  return [...distinct.values()].slice(0, maxRules);
}
