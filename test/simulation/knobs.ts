// Everything about one simulation that is decided before it begins, drawn from one seed: the estate, the reading of
// the manual that the cloud follows, the config, and how much goes wrong.
import { DEFAULT_QUIRKS, type Quirks } from '../../emulator/quirks.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { Random } from '../support/random.ts';
import { drawGroups, drawPolicies, hasEndingRules, drawSize, type EstateSize } from './draw/estate.ts';
import type { SimPolicy } from './policies.ts';
import type { GroupKind } from './rules.ts';

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
  /** Most entries that the cloud puts on one page, whatever it is asked for. */
  readonly pageSize: number;
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
  readonly concurrency: number | 'auto';
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
  /** Reads of some groups are not answered for a while. */
  readonly hangsMs: number;
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
  const size = drawSize(random);
  const { maxRules } = size;
  const groups = drawGroups(random, size);
  const biggest = Math.max(...groups.map(({ rules }) => rules.length), maxRules);
  // Of their own as well: what is open of today's or of the older manual besides.
  const readings = drawReadings(new Random(seed * 7 + 5));
  const quirks = { ...drawQuirks(random, size, biggest), ...readings };
  const trouble = drawTrouble(random);
  const policies = drawPolicies(groups, random, { ...size, forMs: trouble.forMs });
  return {
    seed,
    groups,
    policies,
    quirks,
    config: {
      ...drawConfig(random, quirks, size, biggest),
      brake: brake ? drawBrake(brakeRandom) : 'off',
    },
    trouble: {
      ...trouble,
      // What has ended by a wrong clock would be judged by a right one.
      clockJumpsMs: hasEndingRules(policies) ? Infinity : trouble.clockJumpsMs,
      approvalsMs: brake ? brakeRandom.pick([0.5, 2, Infinity]) * MINUTE_MS : Infinity,
      hangsMs: Infinity,
    },
    journal: sqlite ? 'sqlite' : 'memory',
    maxRules,
    pageSize: random.chance(0.8) ? Infinity : random.pick([10, 50]),
  };
}

function drawQuirks(random: Random, { legacy, priorityTwins, isLarge }: EstateSize, biggest: number): Quirks {
  const often = <T>(usual: T, other: T): T => (random.chance(0.7) ? usual : other);
  return {
    ...DEFAULT_QUIRKS,
    apiLevel: legacy ? 'legacy2019' : 'current',
    legacyModifies: random.pick(['description', 'descriptionAndPriority'] as const),
    describeLagMs: random.pick([0, 0, 0, 500, 3000, 20_000]),
    batchAtomic: random.chance(0.5),
    priorityInIdentity: priorityTwins || random.chance(0.5),
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
    rateLimits: !isLarge && random.chance(0.4) ? drawRates(random, [12, 30, 60]) : {},
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

function drawConfig(
  random: Random,
  quirks: Quirks,
  { isLarge }: EstateSize,
  biggest: number,
): Omit<ConfigKnobs, 'brake'> {
  const roomy = quirks.ruleQuota > 2 * biggest + 10;
  return {
    resyncSeconds: isLarge ? 120 : random.pick([20, 30, 60, 120]),
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
    // A large estate with few calls a minute would come to rest late.
    rates: isLarge
      ? { default: 600 }
      : { default: random.pick([20, 60, 60, 120, 600]), ...drawRates(random, [12, 30, 60, 120]) },
  };
}

function drawTrouble(random: Random): Omit<TroubleKnobs, 'approvalsMs' | 'hangsMs'> {
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
