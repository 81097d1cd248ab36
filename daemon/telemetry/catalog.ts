// One row an event: how loud it is, what it says to a person, and what makes two of them the same complaint.
// The type is exhaustive over the event names, so an event without a row does not compile.
import { quoted } from '../../reconciler/model/rule-text.ts';
import { counted } from '../../reconciler/model/counted.ts';
import type { EventRow } from './event-row.ts';
import { DRIFT_CAUSES, type CommonFields, type EventName } from './events.ts';
import { NOTIFY_ROWS } from './rows/notify-rows.ts';
import { REPLICA_ROWS } from './rows/replica-rows.ts';
import { finishedText, lateText } from './words/pace.ts';
import { heldEventText, loadedText, rejectedText } from './words/policy.ts';

type Catalog = { readonly [Name in EventName]: EventRow<Name> };

const GROUP_TROUBLE: readonly EventName[] = [
  'group.describe_failed',
  'group.not_converged',
  'drift.detected',
  'plan.made',
  'plan.blocked',
  'step.quarantined',
];

const CALL_TROUBLE: readonly EventName[] = ['call.retried', 'call.throttled', 'call.failed', 'call.unknown'];

/** The group is not in the quiet state in which every reconcile finds it converged. */
const QUIET: readonly EventName[] = ['group.converged'];

export const CATALOG: Catalog = {
  'daemon.started': {
    level: 'info',
    say: (f) =>
      `Rampart ${f.version} started${f.emulatorUrl === undefined ? '' : ` with its own emulator at ${f.emulatorUrl}`}: mode ${f.mode}, config ${f.config}, accounts ${f.accounts.join(', ')}${f.brake === 'off' ? '; reconcile.brake is off: nothing limits what a plan may remove or open' : ''}`,
  },
  'config.loaded': {
    level: 'info',
    say: (f) =>
      `Config read again: ${f.changed.length === 0 ? 'nothing to take up' : `${f.changed.join(', ')} taken up`}${f.needRestart.length === 0 ? '' : `; a restart is needed for ${f.needRestart.join(', ')}`}`,
  },
  'config.rejected': {
    level: 'error',
    say: (f) =>
      `The config has ${counted(f.problems, 'problem')}; the settings in force stay: ${f.details.join('; ')}`,
  },
  'daemon.ready': {
    level: 'info',
    say: (f) => `Every group has been reconciled once (${counted(f.groups, 'group')})`,
  },
  'reconcile.requested': {
    level: 'info',
    say: (f) => `Asked for by \`rampart reconcile\`: ${f.group ?? `all groups (${f.groups})`} now`,
  },
  'daemon.stopping': { level: 'info', say: (f) => `Stopping on ${f.signal}` },
  'daemon.stopped': {
    level: 'info',
    isError: (f) => f.exitCode !== 0,
    say: (f) => `Stopped with exit code ${f.exitCode}${f.err === undefined ? '' : `: ${f.err}`}`,
  },
  'history.head': {
    level: 'info',
    say: (f) => `The history of ${f.chain} ends with entry ${f.number}, ${f.hash}`,
  },
  'policies.loaded': {
    level: 'info',
    say: loadedText,
    ends: ['policies.rejected'],
  },
  'policies.rejected': {
    // To save before one commits is the ordinary way of working where `policies.requireClean` is set.
    level: 'warn',
    isError: (f) => f.code !== 'uncommitted',
    levelOfRepeats: 'debug',
    say: rejectedText,
    sameAs: (f) => (f.code === 'uncommitted' ? f.code : f.details.join('\n')),
  },
  'policies.unreachable': {
    level: 'warn',
    say: (f) =>
      `Nothing can be fetched from ${f.url}${f.ageSeconds === undefined ? '' : ` since ${f.ageSeconds} s`}, and what was in force stays: ${f.err ?? ''}`,
    sameAs: (f) => f.err ?? '',
  },
  'policies.reachable': {
    level: 'info',
    say: (f) => `${f.url} answers again`,
    ends: ['policies.unreachable'],
  },
  'resync.finished': { level: 'info', say: finishedText },
  'resync.late': { level: 'warn', say: lateText },
  'group.managed': { level: 'warn', say: (f) => `${group(f)} is managed from now on: ${f.reason}` },
  'group.released': {
    level: 'warn',
    say: (f) => `${group(f)} is no longer managed, and stays as it is: ${f.reason}`,
  },
  'group.described': {
    level: 'debug',
    say: (f) => `${group(f)} has ${counted(f.rules, 'rule')}`,
    ends: ['group.describe_failed'],
  },
  'group.describe_failed': {
    level: 'warn',
    say: (f) => `${group(f)} could not be read${because(f.code)}; nothing is written to it`,
    sameAs: (f) => `${f.kind} ${f.code ?? ''}`,
    ends: QUIET,
  },
  'probe.found': {
    level: 'info',
    say: (f) => `${group(f)} may have changed, and is read now: ${f.reason}`,
  },
  'probe.uncounted': {
    level: 'warn',
    say: (f) =>
      `DescribeSecurityGroups of ${place(f)} tells no RuleCount, so rules by hand are found by the resync only`,
  },
  'heads.read': {
    level: 'debug',
    say: (f) => `Type, owner, name and tags of ${counted(f.groups, 'group')} of ${place(f)} read (${f.why})`,
  },
  'drift.detected': {
    level: 'info',
    say: (f) =>
      `${group(f)} differs from its policy (${DRIFT_CAUSES[f.cause]}): ${f.missing} missing, ${f.surplus} unexpected, ${f.altered} different`,
    sameAs: (f) => [f.cause, ...f.rules].join('\n'),
    ends: QUIET,
  },
  'drift.attributed': {
    level: 'info',
    say: (f) =>
      f.actor === null
        ? `Who made ${group(f)} differ is not known: ${f.reason}`
        : `${group(f)} was changed by ${f.actorType} ${f.actor}: ${f.eventName}${f.sourceIp === '' ? '' : ` from ${f.sourceIp}`}${f.userAgent === '' ? '' : ` (${f.userAgent})`} at ${f.eventTime}`,
  },
  'attribution.unavailable': {
    level: 'warn',
    say: (f) =>
      `ActionTrail does not say who made groups of ${place(f)} drift${because(f.code)}: ${f.err ?? ''}; repairs go on`,
  },
  'plan.made': {
    level: 'info',
    say: (f) =>
      `Plan for ${group(f)}: ${counted(f.steps, 'call')} to add ${f.add}, modify ${f.modify} and remove ${f.remove}${f.hitless ? '' : ', not hitless'}`,
    sameAs: (f) => [f.planHash, f.steps, f.add, f.modify, f.remove, f.hitless].join(' '),
  },
  'plan.blocked': {
    level: 'warn',
    say: (f) =>
      `The plan for ${group(f)} is blocked: ${f.blockedBy.join('; ')}${f.overrides.length === 0 ? '' : `; to go on: ${f.overrides.join(' or ')}`}`,
    sameAs: (f) => f.blockedBy.join('\n'),
    ends: QUIET,
  },
  'plan.approved': {
    level: 'info',
    say: (f) =>
      `${f.group === undefined ? `Revision ${f.revision ?? 'held'}` : `The plan for ${f.group}`} goes on: ${f.by} approved it, ${quoted(f.reason)}`,
    sameAs: (f) => f.planHash ?? '',
    ends: ['plan.blocked'],
  },
  'policies.held': {
    level: 'error',
    say: heldEventText,
    sameAs: (f) =>
      'losing' in f ? f.override : ['commit' in f ? f.commit : f.file, ...f.details].join('\n'),
    ends: QUIET,
  },
  'call.succeeded': {
    level: 'info',
    say: (f) => `${call(f)} succeeded${f.change === undefined ? '' : `: ${f.change}`}`,
    ends: CALL_TROUBLE,
  },
  'call.retried': {
    level: 'warn',
    say: (f) => `${call(f)} failed${because(f.code)}; again in ${seconds(f.delayMs)}${withToken(f)}`,
    sameAs: (f) => sameCall(f, f.kind),
  },
  'call.throttled': {
    level: 'warn',
    say: (f) => `${call(f)} was throttled; again in ${seconds(f.delayMs)}${withToken(f)}`,
    sameAs: (f) => sameCall(f, ''),
  },
  'call.failed': {
    level: 'error',
    say: (f) => `${call(f)} failed for good${because(f.code)}`,
    sameAs: (f) => sameCall(f, f.kind),
  },
  'call.unknown': {
    level: 'warn',
    say: (f) => `${call(f)} got no usable answer${because(f.code)}: it may have taken effect`,
    sameAs: (f) => sameCall(f, f.kind),
  },
  'step.noop': { level: 'info', say: (f) => `A step for ${group(f)} was not needed: ${f.reason}` },
  'step.quarantined': {
    level: 'error',
    say: (f) => `${counted(f.rules.length, 'rule')} of ${group(f)} quarantined: ${f.reason}`,
    sameAs: (f) => f.rules.join('\n'),
  },
  'group.converged': {
    level: 'info',
    say: (f) => `${group(f)} has converged (${counted(f.rules, 'rule')}, ${counted(f.changes, 'change')})`,
    sameAs: (f) => (f.changes === 0 ? '' : null),
    levelOfRepeats: 'debug',
    ends: [...GROUP_TROUBLE, ...CALL_TROUBLE],
  },
  'group.not_converged': {
    level: 'error',
    say: (f) => `${group(f)} has not converged: ${f.reason}`,
    sameAs: (f) => f.reason,
    ends: QUIET,
  },
  'group.flapping': {
    level: 'warn',
    say: (f) =>
      `Something else keeps undoing our changes to ${group(f)} (${counted(f.rounds, 'round')}${f.otherWriter === undefined ? '' : `; last ${f.otherWriter}`}); of these rules those that open nothing rest for ${seconds(f.delayMs)}`,
    sameAs: (f) => f.rules.join('\n'),
    ends: QUIET,
  },
  'ignored.opens': {
    level: 'warn',
    say: (f) =>
      `In ${group(f)} ${f.rules.join('; ')}${f.count > f.rules.length ? `; and ${f.count - f.rules.length} more` : ''}`,
  },
  'guardrail.violated': {
    level: 'warn',
    isError: (f) => f.severity === 'error',
    say: (f) => `${group(f)} violates the guardrail ${f.guardrail}: ${f.reason}`,
    sameAs: (f) => `${f.guardrail} ${f.reason}`,
  },
  'rule.expiring': {
    level: 'warn',
    say: (f) => `A rule of ${group(f)} expires at ${f.expiresAt}: ${f.rule}`,
    sameAs: (f) => `${f.rule} ${f.expiresAt}`,
  },
  'breakglass.opened': {
    level: 'warn',
    say: (f) => `A rule by hand of ${group(f)} is left alone until ${f.until}: ${f.rule} (${f.reason})`,
  },
  'breakglass.closed': {
    level: 'info',
    say: (f) => `A rule by hand of ${group(f)} is left alone no more: ${f.rule}`,
  },
  'rule.expired': {
    level: 'info',
    isError: (f) => f.isPresent,
    say: (f) => `A rule of ${group(f)} has expired${f.isPresent ? ' and is still there' : ''}: ${f.rule}`,
    sameAs: (f) => (f.isPresent ? f.rule : null),
  },
  'lane.closed': {
    level: 'warn',
    say: (f) => `The cloud throttles ${lane(f)}: no such call for ${seconds(f.reopensInMs)}`,
  },
  'lane.reopened': { level: 'info', say: (f) => `The cloud takes ${lane(f)} again` },
  'lane.unshared': {
    level: 'warn',
    say: (f) =>
      `How many calls of ${lane(f)} other processes make cannot be asked (${f.err ?? 'no reason told'})`,
  },
  'intent.recovered': {
    level: 'warn',
    say: (f) =>
      `A ${f.operation ?? 'call'} that a stop had left open for ${group(f)} is settled: ${f.outcome}`,
  },
  ...REPLICA_ROWS,
  'hook.received': {
    level: 'debug',
    say: (f) => `A hook at the door ${f.door} is ${f.outcome}${f.reason === '' ? '' : `: ${f.reason}`}`,
    sameAs: (f) => `${f.door} ${f.reason}`,
  },
  'hook.acted': {
    level: 'info',
    say: (f) =>
      f.group === undefined
        ? `${counted(f.hooks, 'hook')} asked for it: the policies are fetched now`
        : `${counted(f.hooks, 'event')} told of a change: ${f.group} is reconciled now`,
  },
  'hook.refused': {
    level: 'warn',
    isError: (f) => f.reason === 'secret-unreadable',
    say: (f) =>
      `A hook at the door ${f.door} is refused: ${f.reason}${f.err === undefined ? '' : ` (${f.err})`}`,
    sameAs: (f) => `${f.door} ${f.reason}`,
  },
  'systemd.notify_failed': {
    level: 'warn',
    say: (f) => `systemd did not receive ${f.state}${f.err === undefined ? '' : ` (${f.err})`}`,
    sameAs: (f) => f.err ?? '',
  },
  ...NOTIFY_ROWS,
};

/** Equal plans have equal hashes: the same step of the same plan, in a later reconcile, is the same call. */
const sameCall = (f: CommonFields, kind: string): string =>
  [f.operation, f.planHash, f.step, kind, f.code].join(' ');

const group = (f: CommonFields): string => f.group ?? 'a group';
const place = (f: CommonFields): string => `${f.account ?? 'an account'} in ${f.region ?? 'a region'}`;
const lane = (f: CommonFields): string => `${f.operation ?? 'an operation'} of ${place(f)}`;
const call = (f: CommonFields): string =>
  `${f.operation ?? 'A call'}${f.group === undefined ? '' : ` on ${f.group}`}`;
/** Only writes have one. */
const withToken = ({ operation = '' }: CommonFields): string =>
  /^(?:Authorize|Modify|Revoke)/.test(operation) ? ' with the same token' : '';
const because = (code: string | undefined): string => (code === undefined ? '' : ` (${code})`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
