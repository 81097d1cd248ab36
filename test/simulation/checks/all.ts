// All checks of a simulation but that of packets, which counts for the report, and the doors by which they are told.
import type { Pause } from '../../../daemon/journal/journal.ts';
import { Random } from '../../support/random.ts';
import type { Check, Fail } from '../facts.ts';
import type { JournalHost } from '../journals.ts';
import type { Knobs } from '../knobs.ts';
import { BrakeCheck } from './brake.ts';
import { BystanderCheck } from './bystanders.ts';
import { FairnessCheck } from './fairness.ts';
import { HitlessCheck } from './hitless.ts';
import { MakeWayCheck } from './make-way.ts';
import { OwnershipCheck } from './ownership.ts';
import { PaceCheck } from './pace.ts';
import { PauseCheck } from './pauses.ts';
import { NewsCheck } from './news.ts';
import type { PlanWatch } from './plan-watch.ts';
import { QuotaCheck } from './quota.ts';
import { TextCheck } from './texts.ts';
import { TokenCheck } from './tokens.ts';
import { ToldPlanCheck } from './told-plan.ts';
import { TruthCheck } from './truth.ts';

export interface CheckedWorld {
  readonly knobs: Knobs;
  readonly journals: JournalHost;
  readonly wallMs: () => number;
  /** Those that the process of this place must know of when it plans now. */
  readonly knownPauses: (place: number) => readonly Pause[];
  /** Whether just now the cloud takes fewer rules than the daemon was told. */
  readonly hasLessRoom: () => boolean;
  /** Whether a policy names the group just now. */
  readonly isNamed: (group: string) => boolean;
  /** Null: not judged. By group: whether its reads hung lately. */
  readonly hungLately: ((group: string) => boolean) | null;
  /** Whether something waits for long. */
  readonly hasLeftAlone: () => boolean;
  readonly fail: Fail;
}

/** Beside its resync a changed group waits for retries, back-off and the calls of other groups. */
const PATIENCE_MS = 180_000;
/** From the edit of a policy to the first look at its group, in an estate of any size. */
const NEWS_MS = 15_000;

/** Of one process after the other, which see nothing of what others do beside them. */
export function processChecks(plans: PlanWatch, world: CheckedWorld, place: number): Check[] {
  const { knobs, fail } = world;
  const { groups, config, quirks } = knobs;
  const managed = new Set(groups.filter((group) => group.managed).map(({ kind }) => kind.id));
  return [
    ...(config.brake === 'off'
      ? []
      : [
          new BrakeCheck(
            plans,
            { ...config.brake, random: new Random(knobs.seed * 16 + 6), wallMs: world.wallMs },
            fail,
          ),
        ]),
    new MakeWayCheck(plans, fail),
    new ToldPlanCheck(plans, fail),
    new TextCheck(plans, fail),
    new TruthCheck(plans, fail),
    new BystanderCheck(plans, fail),
    new HitlessCheck(
      plans,
      {
        ruleQuota: config.ruleQuota,
        groupReferenceQuota: quirks.groupReferenceQuota,
        isLegacy: quirks.apiLevel === 'legacy2019',
      },
      fail,
    ),
    new QuotaCheck(
      plans,
      { hasLessRoom: world.hasLessRoom, remembersErrors: quirks.tokenRemembersErrors },
      fail,
    ),
    new OwnershipCheck((id) => managed.has(id), fail),
    new PauseCheck(() => world.knownPauses(place), fail),
  ];
}

/** Of the estate as a whole, whichever process looks after it. */
export function estateChecks(world: CheckedWorld): Check[] {
  const { knobs, journals, fail } = world;
  const { config, quirks } = knobs;
  const durableIntent = (token: string) =>
    journals.openIntents().find(({ clientToken }) => clientToken === token);
  return [
    ...(world.hungLately === null
      ? []
      : [new NewsCheck({ boundMs: NEWS_MS, mayWait: world.hungLately }, fail)]),
    new FairnessCheck(
      {
        resyncMs: config.resyncSeconds * 1000,
        patienceMs: PATIENCE_MS,
        mayWait: (group) =>
          !world.isNamed(group) || world.hasLeftAlone() || journals.pauses(world.wallMs()).length > 0,
      },
      fail,
    ),
    new PaceCheck((operation) => config.rates[operation] ?? config.rates.default ?? 0, fail),
    new TokenCheck({ durableIntent, tokenWindowSeconds: quirks.tokenWindowSeconds }, fail),
  ];
}

/** Tells each of them, in order. */
export function toldToAll(checks: readonly Check[]): Required<Check> {
  const tell = (tellOne: (check: Check) => void): void => {
    for (const check of checks) tellOne(check);
  };
  return {
    started: (life) => tell((check) => check.started?.(life)),
    described: (group, rules) => tell((check) => check.described?.(group, rules)),
    planned: (plan) => tell((check) => check.planned?.(plan)),
    told: (plan) => tell((check) => check.told?.(plan)),
    succeeded: (token) => tell((check) => check.succeeded?.(token)),
    edited: (group, atMs) => tell((check) => check.edited?.(group, atMs)),
    named: (group, atMs) => tell((check) => check.named?.(group, atMs)),
    unreadable: (untilMs) => tell((check) => check.unreadable?.(untilMs)),
    converged: (group) => tell((check) => check.converged?.(group)),
    approved: (group, atMs) => tell((check) => check.approved?.(group, atMs)),
    read: (reading) => tell((check) => check.read?.(reading)),
    landed: (landing) => tell((check) => check.landed?.(landing)),
    sent: (call) => tell((check) => check.sent?.(call)),
  };
}
