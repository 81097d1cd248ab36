// `rampart status`: what the running daemon knows, asked at its own door.
import type { Command } from 'commander';
import { counted } from '../../reconciler/model/counted.ts';
import { groupKey } from '../../reconciler/model/group.ts';
import { summaryLines } from '../config/summary.ts';
import { shardLines } from '../http/shard-lines.ts';
import { hookLines } from '../http/hooks/hook-lines.ts';
import { attributionText } from '../journal/attribution.ts';
import type { Pause } from '../journal/journal.ts';
import { flagOf, type ExitCode, type Io } from '../cli/io.ts';
import { pauseText } from './pause.ts';
import { addCommonFlags, type CommonFlags } from '../compose/setup.ts';
import { daemonAt, ownDaemon, parseUrl, type Status } from './status/ask-daemon.ts';
import { alignedLines } from '../cli/table.ts';

interface StatusFlags extends CommonFlags {
  readonly json?: true;
  /** Of /api/status. */
  readonly url?: string;
}

export function addStatusCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('status'))
    .description('Show what the running daemon knows. Exit code: 0 all converged, 2 not, 1 no daemon.')
    .option('--json', 'print one JSON document')
    .option(
      '--url <URL>',
      'ask this daemon, whatever its config (default: the one of the config)',
      flagOf(parseUrl),
    )
    .action((flags: StatusFlags) => runStatus(flags, io).then(done));
}

async function runStatus(flags: StatusFlags, io: Io): Promise<ExitCode> {
  const { status, pauses } = flags.url === undefined ? await ownDaemon(flags, io) : await daemonAt(flags.url);
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...status, pauses }, null, 2)}\n`
      : asText(status, pauses ?? []),
  );
  return isConverged(status) ? 0 : 2;
}

/** Policies that are not in force are not carried out either. */
function isConverged({ ready, policies, groups }: Status): boolean {
  return (
    ready &&
    policies.problems === 0 &&
    (policies.held ?? null) === null &&
    groups.every(({ outcome }) => outcome === 'converged')
  );
}

function asText(status: Status, pauses: readonly Pause[]): string {
  const { rampart, startedAt, ready, policies, groups } = status;
  const converged = groups.filter(({ outcome }) => outcome === 'converged').length;
  const rows = groups.map((group) => [
    groupKey(group),
    group.outcome,
    group.lastAttemptMs === null ? 'never looked at' : new Date(group.lastAttemptMs).toISOString(),
    group.reason,
  ]);
  return [
    `rampart ${rampart} since ${startedAt}`,
    ...(status.config === undefined ? [] : summaryLines(status.config, policies)),
    ...(ready ? [] : ['not ready yet']),
    ...(policies.problems > 0
      ? [
          `the newest policies have ${counted(policies.problems, 'problem')} and are not in force; \`rampart validate\` shows them`,
        ]
      : []),
    ...remoteLines(policies),
    ...(policies.notes ?? []).map((note) => `note: ${note}`),
    ...heldLines(policies),
    ...pauses.map((pause) => `paused: ${pauseText(pause)}`),
    ...hookLines(status.hooks ?? NO_HOOKS),
    ...shardLines(status.leases ?? null),
    ...managementLines(status),
    `${converged} of ${groups.length} groups converged`,
    ...alignedLines(rows),
    ...commandLines(groups),
    ...writerLines(groups),
    '',
  ].join('\n');
}

const NO_HOOKS = { git: null, events: null };

function heldLines({ held }: Status['policies']): string[] {
  if (held === undefined || held === null) return [];
  const { revision, message, override } = held;
  return [
    `held: revision ${revision}: ${message}`,
    ...(override === '' ? [] : [`  to let it go on: ${override}`]),
  ];
}

function remoteLines({ remote }: Status['policies']): string[] {
  if (remote === undefined || remote === null || remote.error === null) return [];
  const last =
    remote.answeredAtMs === null ? 'not since the start' : new Date(remote.answeredAtMs).toISOString();
  return [`nothing can be fetched from ${remote.url} (last: ${last}): ${remote.error}`];
}

/** How to go on where a person can decide it. */
function commandLines(groups: Status['groups']): string[] {
  return groups.flatMap((group) => {
    const commands = (group.blockedBy ?? []).map(({ override }) => override).filter((text) => text !== '');
    return [...new Set(commands)].map((command) => `to let ${group.id} go on: ${command}`);
  });
}

/** Who made groups drift last. */
function writerLines(groups: Status['groups']): string[] {
  return groups.flatMap((group) => {
    const last = group.attribution?.told.at(-1);
    return last === undefined ? [] : [`last drift of ${group.id}: ${attributionText(last)}`];
  });
}

function managementLines({ management }: Status): string[] {
  if (management === undefined) return [];
  const lines = (word: string, changes: (typeof management)['managed']): string[] =>
    changes.map((change) => `${word} ${change.at}: ${groupKey(change)}, ${change.reason}`);
  return [...lines('managed since', management.managed), ...lines('released', management.released)];
}
