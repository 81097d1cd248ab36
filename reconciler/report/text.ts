// A plan for people: ten seconds must be enough to see what matters. A headline for each group that changes, then its
// changes by the rules of the policies that cause them. What exposes to the internet stands first.
import { counted } from '../model/counted.ts';
import type { GroupRef } from '../model/group.ts';
import type { SourcePlace } from '../model/problem.ts';
import { quoted, visible } from '../model/rule-text.ts';
import type { Block, GroupPlan, PlanFinding } from '../plan/plan.ts';
import { callTexts } from './calls.ts';
import { changeBlocks } from './changes/change-lines.ts';
import {
  changeRows,
  changeCounts,
  exposedBy,
  exposurePhrases,
  trafficPhrase,
  type ToldChanges,
} from './changes/headline.ts';
import { type CommitFacts, commitLine } from './commit.ts';
import type { PlannedRevision } from './document.ts';
import { PLAIN_LOOK, rowLines, wrappedLine, type Look } from './look.ts';
import { isFailed, sortResults, type FailedGroup, type GroupResult } from './results.ts';
import { Tally } from './tally.ts';

export interface TextOptions {
  readonly look: Look;
  /** Whether the calls are listed. */
  readonly calls: boolean;
  /** Whether groups are listed that are as they should be. */
  readonly all: boolean;
  /** The command that carries out a plan, up to the hash; null: it is not named. */
  readonly apply: string | null;
  /** Groups that are counted and have no line, since something else is told in their place; absent: none. */
  readonly isTold?: (result: GroupResult) => boolean;
}

export const PLAIN_TEXT: TextOptions = { look: PLAIN_LOOK, calls: false, all: false, apply: null };

/** The whole plan as lines of plain text, ending in a newline. */
export function renderText(
  revision: string,
  results: readonly GroupResult[],
  commit: CommitFacts | null = null,
  options: TextOptions = PLAIN_TEXT,
): string {
  const tally = new Tally();
  const ranked = RANKS.map((): string[] => []);
  for (const result of sortResults(results)) {
    tally.add(result);
    if (options.isTold?.(result) !== true) ranked[rankOfGroup(result)]?.push(textOfGroup(result, options));
  }
  return [textHead({ revision, commit }, tally, options), ...ranked.flat(), textFoot(tally, options)].join(
    '',
  );
}

/** The most important first; within one, in order of account, region and id. */
export const RANKS = ['opens', 'closes', 'stuck', 'differs', 'converged'] as const;

/** Index of the group's rank: internet exposure first. */
export function rankOfGroup(result: GroupResult): number {
  if (isFailed(result)) return RANKS.indexOf('stuck');
  const { opened, closed } = exposedBy(changeBlocks(result), result.opening);
  if (opened.length > 0) return RANKS.indexOf('opens');
  if (closed.length > 0) return RANKS.indexOf('closes');
  if (result.status === 'blocked') return RANKS.indexOf('stuck');
  return RANKS.indexOf(result.status === 'converged' ? 'converged' : 'differs');
}

/** What stands above the groups. */
export function textHead({ revision, commit }: PlannedRevision, tally: Tally, { look }: TextOptions): string {
  const of = commit === null ? [] : [`commit ${visible(commitLine(commit))}`];
  const said = [sumText(tally), `policies ${revisionWords(revision)}`, modesText(tally.modes)];
  const lines = [said.filter((part) => part !== '').join('   '), ...of];
  return lines.flatMap((line) => wrappedLine(line, 2, look)).join('\n') + '\n';
}

/** A commit's id by its beginning, also of one with edits that are not committed. */
const revisionWords = (revision: string): string =>
  visible(revision).replace(/^([0-9a-f]{12})[0-9a-f]{28,52}(?=$|-dirty-)/, '$1');

const modesText = (modes: readonly string[]): string =>
  modes.length === 0 ? '' : `${modes.length === 1 ? 'mode' : 'modes'} ${modes.join(', ')}`;

/** `3 groups differ, 12 calls, all hitless; 1 group blocked`. */
export function sumText({ summary, notHitless }: Tally): string {
  const { calls, differing } = summary;
  const groups = (['blocked', 'observed', 'unreadable'] as const)
    .filter((state) => summary[state] > 0)
    .map((state) => `${counted(summary[state], 'group')} ${state}`);
  const differ =
    differing === 0
      ? 'no group differs'
      : `${counted(differing, 'group')} ${differing === 1 ? 'differs' : 'differ'}`;
  const promised = notHitless === 0 ? 'all hitless' : `NOT hitless in ${counted(notHitless, 'group')}`;
  const does = calls === 0 ? [] : [counted(calls, 'call'), promised];
  return [[differ, ...does].join(', '), ...groups].join('; ');
}

/** What stands below the groups. */
export function textFoot(tally: Tally, { look, calls, all, apply }: TextOptions): string {
  const { converged } = tally;
  const flags = [...(calls ? [] : ['--calls']), ...(all ? [] : ['--all']), '--json'];
  const parts = [
    ...(converged === 0 ? [] : [`${counted(converged, 'group')} converged.`]),
    ...(apply === null || tally.groups === 0 ? [] : [`Details: ${flags.join(', ')}.`]),
    ...(apply === null || tally.summary.calls === 0
      ? []
      : [`Apply exactly this: ${apply} ${tally.hash.slice(0, HASH_CHARACTERS)}`]),
  ];
  return parts.length === 0 ? '' : `${wrappedLine(parts.join(' '), 2, look).join('\n')}\n`;
}

/** As many as no one confuses. */
const HASH_CHARACTERS = 12;

/** One group, with its line ends; empty for one that is as it should be, unless all are asked for. */
export function textOfGroup(result: GroupResult, options: TextOptions): string {
  return options.all || isTold(result)
    ? groupLines(result, options)
        .map((line) => `${line}\n`)
        .join('')
    : '';
}

/** What is as it should be needs no words, unless the plan has some. */
export const isTold = (result: GroupResult): boolean =>
  isFailed(result) ||
  result.status !== 'converged' ||
  result.exceptions.length + result.findings.length + result.blockedBy.length > 0;

/** One group, its headline first. */
export function groupLines(result: GroupResult, { look, calls }: TextOptions): string[] {
  if (isFailed(result)) return failedLines(result, look);
  const blocks = changeBlocks(result);
  const isObserved = result.status === 'observed';
  return [
    ...headline(result, [...changePhrases(result), ...statePhrases(result)], look),
    ...rowLines(changeRows(blocks), look),
    ...indented(
      [
        ...(result.exposure.exact
          ? []
          : ['at most: too intricate to say exactly, no more than this changes']),
        ...promiseLines(result),
        ...result.blockedBy.flatMap((block) =>
          blockLines(block, isObserved ? 'would be blocked by' : 'blocked by'),
        ),
        ...approvalLines(result),
        ...result.findings.map(findingLine),
        ...(calls && result.steps.length > 0
          ? [
              isObserved ? 'calls that would be made' : 'calls',
              ...callTexts(result.steps).map((line) => `  ${line}`),
            ]
          : []),
      ],
      look,
    ),
  ];
}

const failedLines = (failed: FailedGroup, look: Look): string[] =>
  headline(failed, [`error: ${quoted(failed.error)}`], look);

/** `sg-bp1web  cn-hangzhou  +4 ~7 -0  closes internet exposure: tcp 22`. */
export function headline(group: GroupRef, phrases: readonly string[], look: Look): string[] {
  const { account, region, id } = group;
  const place = account === 'default' ? region : `${account}/${region}`;
  const shown = visible(id);
  const text = [shown, visible(place), ...phrases].join('  ');
  const [first = '', ...rest] = wrappedLine(text, 4, look);
  const painted = first.startsWith(shown) ? look.paint('strong', shown) + first.slice(shown.length) : first;
  return [painted, ...rest].map((line) =>
    phrases
      .filter((phrase) => phrase.startsWith('! '))
      .reduce((done, phrase) => done.replace(phrase, () => look.paint('alarm', phrase)), line),
  );
}

/** What is added, changed and removed, what the internet reaches, and how much opens and closes. */
export function changePhrases(told: ToldChanges): string[] {
  const { missing, different, unexpected, unmanaged } = told.diff;
  if (missing.length + different.length + unexpected.length === 0) return [];
  const blocks = changeBlocks(told);
  const exposure = exposurePhrases(exposedBy(blocks, told.opening)).map((phrase) => `! ${phrase}`);
  const traffic = trafficPhrase(blocks);
  const left = unmanaged === 0 ? [] : [`${counted(unmanaged, 'rule')} left alone`];
  return [changeCounts(told), ...exposure, ...(traffic === null ? [] : [traffic]), ...left];
}

function statePhrases({ status, mode, blockedBy }: GroupPlan): string[] {
  const kinds = [...new Set(blockedBy.map(({ kind }) => kind))].join(', ');
  const blocked = kinds === '' ? [] : [`${BLOCKED[status]} ${kinds}`];
  const state = status === 'converged' ? ['converged'] : status === 'observed' ? ['observed'] : [];
  return [...state, ...(mode === 'additive' ? ['additive'] : []), ...blocked];
}

const BLOCKED: Readonly<Record<GroupPlan['status'], string>> = {
  blocked: 'BLOCKED by',
  observed: 'would be blocked by',
  pending: 'in part blocked by',
  converged: 'in part blocked by',
};

/** Lines below the headline; what goes on is set in deeper. */
export const indented = (lines: readonly string[], look: Look): string[] =>
  lines.flatMap((line) => wrappedLine(`  ${line}`, 6, look));

/** A plan that keeps its promise is counted in the head. */
function promiseLines({ hitless, exceptions, steps }: GroupPlan): string[] {
  const why = exceptions.map(({ kind, message }) => `${kind}: ${message}`).join('; ');
  if (hitless || steps.length === 0) return why === '' ? [] : [why];
  return [`NOT hitless${why === '' ? '' : `; ${why}`}`];
}

export const blockLines = ({ kind, message, override }: Block, word: string): string[] => [
  `${word} ${kind}: ${message}`,
  ...(override === '' ? [] : [`  to go on: ${override}`]),
];

function approvalLines({ approval }: GroupPlan): string[] {
  if (approval === null) return [];
  const { by, reason, atMs, untilMs } = approval;
  const [at, until] = [atMs, untilMs].map((ms) => new Date(ms).toISOString());
  return [`approved by ${quoted(by)} at ${at} until ${until}: ${quoted(reason)}`];
}

export const findingLine = ({ severity, id, message, file, line }: PlanFinding): string =>
  `${severity} ${id} ${file}:${line}: ${message}`;

export const atPlace = ({ file, line }: SourcePlace): string => `(${file}:${line})`;
