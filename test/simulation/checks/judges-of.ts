// Puts the checks of a simulation together: those of each process, and those of the estate.
import type { Pause } from '../../../daemon/journal/journal.ts';
import type { Random } from '../../support/random.ts';
import type { Check, Fail, SentCall } from '../facts.ts';
import type { JournalHost } from '../journals.ts';
import type { Knobs } from '../knobs.ts';
import type { Life } from '../life.ts';
import type { Network } from '../network.ts';
import type { PolicyTree } from '../policies.ts';
import type { Replicas } from '../replicas/replicas.ts';
import { ownerOf } from '../replicas/shared-journal.ts';
import type { Troubles } from '../troubles.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { estateChecks, processChecks, type CheckedWorld } from './all.ts';
import { Judges, type ProcessJudge } from './judges.ts';
import { OwnersCheck } from './owners.ts';
import { PacketCheck } from './packets.ts';
import { PlanWatch } from './plan-watch.ts';

export interface JudgedWorld {
  readonly knobs: Knobs;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly troubles: Troubles;
  readonly tree: PolicyTree;
  readonly journals: JournalHost;
  readonly replicas: Replicas | null;
  readonly lives: () => ReadonlyArray<Life | null>;
  readonly judgesNews: boolean;
  readonly hasLeftAlone: () => boolean;
  /** Of packets. */
  readonly random: () => Random;
  readonly fail: Fail;
}

/** A replica may know of a pause so much later, as the database is slow or gone. While it is frozen it learns nothing. */
const PAUSE_KNOWN_MS = 20_000;

export function judgesOf(judged: JudgedWorld): Judges {
  const { knobs, replicas, lives, fail } = judged;
  const world = checkedWorld(judged);
  const processes: ProcessJudge[] = [];
  const isOfReplica = (call: SentCall, but: PlanWatch): boolean =>
    processes.some(({ plans }) => plans !== but && plans.current(call) !== null);
  while (processes.length < lives().length) {
    const plans: PlanWatch = new PlanWatch(knobs.quirks.describeLagMs, (call) => isOfReplica(call, plans));
    const packets = new PacketCheck(plans, { ...knobs.config, random: judged.random() }, fail);
    processes.push({ plans, packets, others: processChecks(plans, world, processes.length) });
  }
  const owners = replicas === null ? [] : [ownersCheck(judged, replicas)];
  return new Judges(processes, [...owners, ...estateChecks(world)]);
}

function checkedWorld(judged: JudgedWorld): CheckedWorld {
  const { knobs, time, network, troubles, tree, journals, replicas, judgesNews, hasLeftAlone, fail } = judged;
  const isKnownAt = (place: number, { pausedAtMs }: Pause): boolean => {
    const pausedMs = time.nowMs - (time.trueWallMs - pausedAtMs);
    const { process } = judged.lives()[place] ?? {};
    return replicas === null || (process?.awakeMsSince(pausedMs) ?? 0) > PAUSE_KNOWN_MS;
  };
  return {
    knobs,
    journals,
    wallMs: () => time.wallMs,
    knownPauses: (place) => journals.pauses(time.wallMs).filter((pause) => isKnownAt(place, pause)),
    hasLessRoom: () => troubles.quotaIsCut,
    isNamed: (group) => tree.names(group),
    hungLately: judgesNews ? (group) => network.hangs(group) : null,
    hasLeftAlone,
    fail,
  };
}

function ownersCheck({ knobs, lives, fail }: JudgedWorld, { shared }: Replicas): Check {
  return new OwnersCheck(
    {
      leaseOf: ({ life, group }) => {
        const lease =
          lives()
            .find((each) => each?.number === life)
            ?.leaseOf(group) ?? null;
        return lease === null ? null : { ...lease, owner: ownerOf(life) };
      },
      isHeld: (lease) => shared.leases.holds(lease),
      tokenWindowSeconds: knobs.quirks.tokenWindowSeconds,
    },
    fail,
  );
}
