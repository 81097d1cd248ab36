// Everything that Rampart says about itself, as types. The core emits these; telemetry turns them into
// log lines and counters. docs/log-events.md is the operator's page for them.
import type { SourceHoldReason } from '../../reconciler/report/commit.ts';

/** Fields that any event may carry; each stands for the same thing everywhere. */
export interface CommonFields {
  readonly account?: string;
  readonly region?: string;
  /** Security group id. */
  readonly group?: string;
  readonly revision?: string;
  readonly reconcileId?: string;
  readonly planHash?: string;
  /** 1-based place of the step in its plan. */
  readonly step?: number;
  readonly operation?: string;
  readonly clientToken?: string;
  readonly requestId?: string;
  readonly attempt?: number;
  readonly durationMs?: number;
  /** The vendor's error code, or our name for a transport failure. */
  readonly code?: string;
  readonly err?: string;
}

interface OwnFields {
  'daemon.started': {
    version: string;
    pid: number;
    emulatorUrl?: string;
    /** A file: what clients of the own emulator have to trust to call it by https. */
    emulatorCa?: string;
    httpUrl?: string;
    hooksUrl?: string;
    nodeVersion: string;
    /** The config file. */
    config: string;
    mode: string;
    /** `off`: nothing limits what a plan may remove or open. */
    brake: 'on' | 'off';
    /** Each as `NAME at ENDPOINT`. */
    accounts: readonly string[];
    /** `SOURCE PATH`. */
    policies: string;
    journal: string;
  };
  /** The config was read again; both as keys of the config. */
  'config.loaded': { changed: readonly string[]; needRestart: readonly string[] };
  'config.rejected': { problems: number; details: readonly string[] };
  'daemon.ready': { groups: number };
  /** Without `group`: of all groups. */
  'reconcile.requested': { groups: number };
  'daemon.stopping': { signal: string };
  'daemon.stopped': { exitCode: number };
  /** The last link of a chain of the history. */
  'history.head': { chain: string; number: number; hash: string };
  'policies.loaded': {
    files: number;
    groups: number;
    rules: number;
    /** What the load cost: files that had to be parsed, and groups that came out otherwise than they were. */
    filesParsed: number;
    groupsCompiled: number;
    commit?: string;
    dirty?: boolean;
    /** Of a git source: who wrote the commit, committed and signed it, and its first line. */
    author?: string;
    committer?: string;
    subject?: string;
    signers?: readonly string[];
    /** The tag that led to it. */
    tag?: string;
    /** Groups that no policy names any more: they are no longer managed. */
    released?: readonly string[];
    /** Where the policies weaken protection, compared with those before. */
    weakened?: readonly string[];
    /** What a person should know of where the policies are from. */
    warnings?: readonly string[];
  };
  'policies.rejected': {
    problems: number;
    /** Each kind of problem once. */
    codes: readonly string[];
    details: readonly string[];
    keptGroups: number;
  };
  /** Every group of an account and region was looked at once more, which took `durationMs`. */
  'resync.finished': { groups: number; changes: number; failed: number };
  /** The rate of an operation does not hold the resync that the config asks for. */
  'resync.late': {
    groups: number;
    resyncSeconds: number;
    /** Of the operation: what it may be called now, and what would be needed. */
    callsPerMinute: number;
    neededPerMinute: number;
  };
  'group.managed': { reason: string };
  'group.released': { reason: string };
  'group.described': { rules: number };
  'group.describe_failed': { kind: string };
  /** What DescribeSecurityGroups tells of the group is news, so it is read in full now. */
  'probe.found': { reason: string };
  /** An endpoint tells no rule counts. */
  'probe.uncounted': { groups: number };
  /** One page, as a rule: heads of so many groups, and why one of them was needed. */
  'heads.read': { groups: number; why: string };
  'drift.detected': {
    missing: number;
    surplus: number;
    altered: number;
    /** `policy`: the policies changed; `drift`: the cloud changed under the same revision; `start`: first reconcile. */
    cause: 'policy' | 'drift' | 'start';
    rules: readonly string[];
  };
  /** Someone else's write, or with `actor: null` that none was found, and why (`reason`). */
  'drift.attributed':
    | {
        actor: string;
        actorType: string;
        /** An address, or the name of a service of the vendor. */
        sourceIp: string;
        userAgent: string;
        eventName: string;
        /** When it was written, ISO. */
        eventTime: string;
      }
    | { actor: null; actorType: null; reason: string };
  'attribution.unavailable': unknown;
  'plan.made': {
    steps: number;
    add: number;
    modify: number;
    remove: number;
    hitless: boolean;
    /** In mode `observe`: what would block the plan if the group were enforced. */
    wouldBlock?: readonly string[];
  };
  /** `overrides`: how to go on; the whole command where a person can lift a block. */
  'plan.blocked': { kinds: readonly string[]; blockedBy: readonly string[]; overrides: readonly string[] };
  /** Who: as the OS names user and host of the one who approved, which nothing proves. */
  'plan.approved': { by: string; reason: string; until: string };
  'policies.held': { groups: number; override: string } & (
    | {
        /** The whole revision. */
        reason: 'brake';
        /** Groups that would lose traffic, and groups that would be released. */
        losing: readonly string[];
        released: readonly string[];
        limit: number;
      }
    | {
        /** The policy of one group. */
        reason: 'guardrail' | 'expectation';
        /** Where the policy is written. */
        file: string;
        line: number;
        details: readonly string[];
      }
    | {
        /** The whole revision, by the source. */
        reason: SourceHoldReason;
        commit: string;
        details: readonly string[];
      }
  );
  /** The remote of the policies does not answer, or has no such ref; what was in force stays. */
  'policies.unreachable': {
    /** Without secrets. */
    url: string;
    ref: string;
    /** Since it last answered; absent: it has not answered since the start. */
    ageSeconds?: number;
  };
  /** It answers again. */
  'policies.reachable': { url: string; ref: string };
  /** `change`: what it changed, in the words of the plan; absent: the cloud answered that it was so already. */
  'call.succeeded': { rules: number; change?: string };
  'call.retried': { kind: string; delayMs: number };
  'call.throttled': { delayMs: number };
  'call.failed': { kind: string };
  'call.unknown': { kind: string };
  'step.noop': { reason: string };
  'step.quarantined': { reason: string; rules: readonly string[]; retryAt?: string };
  'group.converged': { changes: number; rules: number };
  'group.not_converged': { reason: string };
  /** `otherWriter`: who last made the group drift, where ActionTrail says so. */
  'group.flapping': { rounds: number; rules: readonly string[]; delayMs: number; otherWriter?: string };
  /** `count`: how many ignored rules appeared that let through more than the declared ones; `rules`: the first of them. */
  'ignored.opens': { count: number; rules: readonly string[] };
  /** `guardrail`: its id; `reason`: where, how many addresses, one packet, and by which rule. */
  'guardrail.violated': { guardrail: string; severity: string; reason: string };
  'rule.expiring': { rule: string; expiresAt: string };
  'breakglass.opened': { rule: string; reason: string; until: string };
  'breakglass.closed': { rule: string; reason: string };
  'rule.expired': {
    rule: string;
    expiresAt?: string;
    /** Whether the cloud still has it, and nothing is about to remove it. */
    isPresent: boolean;
  };
  'lane.closed': { reopensInMs: number };
  'lane.reopened': unknown;
  /** `err`: why it is not known how much of the rate is left for this process. */
  'lane.unshared': unknown;
  'intent.recovered': { outcome: string };
  /** `err`: how the database of the journal fails to answer. */
  'journal.unavailable': unknown;
  'journal.available': unknown;
  /** This replica looks after the shard from now on. `from`: who had not given it up. */
  'lease.acquired': { shard: string; owner: string; epoch: number; from?: string };
  /** `onPurpose`: it was given up. */
  'lease.lost': { shard: string; owner: string; epoch: number; reason: string; onPurpose: boolean };
  /** A hook that proved where it came from. `outcome`: accepted or ignored; `reason`: why it was ignored, or empty. */
  'hook.received': { door: string; outcome: string; reason: string };
  /** What hooks asked for is done now. `hooks`: how many since the last time. */
  'hook.acted': { door: string; hooks: number };
  'hook.refused': { door: string; reason: string };
  'systemd.notify_failed': { state: string };
  /** A receiver took a message: `shown` events stand in it, `counted` ones only as a number. */
  'notify.delivered': { receiver: string; type: ReceiverType; shown: number; counted: number };
  /** A message was not taken. `givesUp`: its events are counted in the next one; else it is sent again after `delayMs`. */
  'notify.failed': {
    /** As the config names it: `notify[0]`. */
    receiver: string;
    type: ReceiverType;
    reason: string;
    events: number;
    delayMs: number;
    givesUp: boolean;
  };
  /** What a receiver was not told before the end; `counts`: by event. */
  'notify.lost': { receiver: string; type: ReceiverType; events: number; counts: readonly string[] };
}

/** Kinds of receivers of notifications. */
export const RECEIVER_TYPES = ['webhook', 'slack', 'dingtalk', 'feishu', 'wecom'] as const;
export type ReceiverType = (typeof RECEIVER_TYPES)[number];

/** Who wrote, as ActionTrail names them; `other` is a kind that it did not have when this was written. */
export const ACTOR_TYPES = ['root-account', 'ram-user', 'assumed-role', 'system', 'other'] as const;

/** By the causes of `drift.detected`. */
export const DRIFT_CAUSES = {
  policy: 'the policy changed',
  drift: 'the cloud changed',
  start: 'first reconcile',
} as const;

export type EventName = keyof OwnFields;

export type EventFields<Name extends EventName> = CommonFields & Readonly<OwnFields[Name]>;

/** Where events go. Must not throw and must not keep the caller waiting. */
export interface Telemetry {
  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void;
}

/** One telemetry that passes every event on to each of these, in order. */
export function fanOut(receivers: readonly Telemetry[]): Telemetry {
  return {
    emit: (event, fields) => {
      for (const receiver of receivers) receiver.emit(event, fields);
    },
  };
}
