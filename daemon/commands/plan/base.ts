// `rampart plan --base REV`: what the policies change against another commit. Neither cloud, credentials nor journal are
// asked, so it works on the pull request of a stranger.
import path from 'node:path';
import { tooMuchText } from '../../../reconciler/report/held-text.ts';
import { counted } from '../../../reconciler/model/counted.ts';
import { groupSelectorText, type DesiredState } from '../../../reconciler/model/group.ts';
import { isTooMuchLoss, type RevisionLoss } from '../../../reconciler/judge/revision-loss.ts';
import { comparePolicies } from '../../../reconciler/plan/compare/compare.ts';
import type { PolicyComparison } from '../../../reconciler/plan/compare/comparison.ts';
import { formatComparison } from '../../../reconciler/report/comparison/document.ts';
import { comparisonMarkdown } from '../../../reconciler/report/comparison/markdown.ts';
import {
  comparisonExitCode,
  type HeldComparison,
  type ShownComparison,
} from '../../../reconciler/report/comparison/shown.ts';
import { renderComparison } from '../../../reconciler/report/comparison/text.ts';
import type { Look } from '../../../reconciler/report/look.ts';
import { UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { lookOf, type ColorChoice } from '../../cli/look.ts';
import { systemClock } from '../../clock.ts';
import { noteUncommitted } from '../../compose/committed.ts';
import { readPolicies } from '../../compose/session.ts';
import { compileShown, problemText, shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import { differsFrom, readBasePolicies, workTreeOf } from '../../source/git/base-policies.ts';
import type { PlanFormat } from './flags.ts';

export interface BaseFlags {
  readonly base: string;
  readonly group?: string;
  readonly format: PlanFormat;
  readonly marker: string | null;
  readonly color?: ColorChoice;
}

export async function planAgainstBase(config: Config, flags: BaseFlags, io: Io): Promise<ExitCode> {
  const here = await inWorkTree(config, io);
  await noteUncommitted(here, io);
  const { desired } = await readPolicies(here, io);
  const before = await policiesOfBase(here, flags.base, io);
  const { reconcile, privateNetworks } = config;
  const comparison = comparePolicies(before, desired, {
    settings: reconcile,
    defaultMode: reconcile.mode,
    privateNetworks,
    nowMs: systemClock.nowMs(),
  });
  const shown: ShownComparison = {
    base: { ref: flags.base, revision: before.revision },
    revision: desired.revision,
    comparison: ofGroup(comparison, flags.group),
    held: heldBy(comparison.loss, config),
    notes: await notesOn(before, here, io),
  };
  io.stdout.write(rendered(flags, shown, lookOf(io.stdout, io, flags.color)));
  return comparisonExitCode(shown);
}

/**
 * A config that reads a remote repository is one of this repository here, whose change is not there yet: the policies are
 * those of the work tree around the config.
 */
async function inWorkTree(config: Config, io: Io): Promise<Config> {
  const { git, ...policies } = config.policies;
  if (git === null) return config;
  const top = await workTreeOf(path.dirname(path.resolve(io.cwd, config.file)), io.env);
  if (top === null)
    throw new UsageError(`${config.file} lies in no git work tree, so there is nothing to compare`);
  return {
    ...config,
    policies: { ...policies, source: 'directory', git: null, path: path.join(top, git.path) },
  };
}

/**
 * All good, or a UsageError: of a broken file it is not known which policies were in force. Names of accounts are those of
 * the config of then, and guardrails are asked of the later policies alone.
 */
async function policiesOfBase({ policies }: Config, base: string, io: Io): Promise<DesiredState> {
  const shown = shownPath(policies.path, io);
  const found = await readBasePolicies(shown, base, { limits: policies.limits, environment: io.env });
  if (found.kind === 'unknown') throw new UsageError(`--base ${base}: ${found.reason}`);
  const { groups, expectations, problems } = await compileShown(found.policies, { accounts: null }, io);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return { revision: found.commit, groups, expectations, guardrails: [] };
  throw new UsageError(
    `the policies of ${base} have ${counted(errors.length, 'problem')}, so nothing can be compared with them; ` +
      `name an earlier commit whose policies are good\n${errors.map(problemText).join('\n')}`,
  );
}

function heldBy(loss: RevisionLoss | null, { reconcile: { brake } }: Config): HeldComparison | null {
  if (loss === null || brake === 'off' || !isTooMuchLoss(loss, brake.groups)) return null;
  const [losing, released] = [loss.losing, loss.released].map((groups) =>
    groups.map(({ selector }) => groupSelectorText(selector)),
  );
  const message =
    'a daemon with the base in force would hold this revision until it is approved: ' +
    tooMuchText({ ...loss, limit: brake.groups });
  return { reason: 'brake', losing: losing ?? [], released: released ?? [], limit: brake.groups, message };
}

async function notesOn({ groups, revision }: DesiredState, config: Config, io: Io): Promise<string[]> {
  const { policies, reconcile, file } = config;
  const isOther = await differsFrom(revision, path.resolve(io.cwd, file), io.env);
  return [
    ...(isOther
      ? [
          `${shownPath(file, io)} differs from that of the base; guardrails and settings are those that it has now`,
        ]
      : []),
    ...(groups.length === 0
      ? [`the base has no policies in ${policies.path}: all is new, and the revision brake is not judged`]
      : []),
    ...(reconcile.brake === 'off' ? ['the revision brake is off'] : []),
  ];
}

function ofGroup(comparison: PolicyComparison, id: string | undefined): PolicyComparison {
  if (id === undefined) return comparison;
  const groups = comparison.groups.filter((group) => group.id === id);
  if (groups.length === 0) throw new UsageError(`no policy names a group ${id}`);
  return { ...comparison, groups };
}

function rendered({ format, marker }: BaseFlags, shown: ShownComparison, look: Look): string {
  switch (format) {
    case 'text':
      return renderComparison(shown, look);
    case 'json':
      return formatComparison(shown);
    case 'markdown':
      return comparisonMarkdown(shown, marker);
  }
}
