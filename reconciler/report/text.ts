// A plan for people: first what it does to the traffic and why, then the rules, then the calls.
import type { Box } from '../exposure/text/box.ts';
import type { ExposureDelta } from '../exposure/ask/delta.ts';
import type { ExposureEffect } from '../exposure/ask/effects.ts';
import { type CommitFacts, commitLine } from './commit.ts';
import { counted } from '../model/counted.ts';
import { groupKey } from '../model/group.ts';
import type { SourcePlace } from '../model/problem.ts';
import {
  boxPeerMembership,
  boxPortsText,
  peerMembership,
  portText,
} from '../exposure/text/membership-text.ts';
import { fieldText, type RuleField } from '../model/rule.ts';
import { operationOf } from '../model/operation.ts';
import type { Difference, Diff, Block, PlanFinding, GroupPlan, Step } from '../plan/plan.ts';
import { describeRule, protocolText, quoted } from '../model/rule-text.ts';
import { changeOfEffect, type RuleChangeWord } from './change-word.ts';
import { packetDocument, type PlannedRevision, type PlanReport } from './document.ts';
import { hashOfPlans, isFailed, sortResults, summarise, type GroupResult } from './results.ts';

const MAX_BOXES_SHOWN = 5;
const MAX_RULES_SHOWN = 10;

/** The whole plan as lines of plain text, ending in a newline. */
export function renderText(
  revision: string,
  results: readonly GroupResult[],
  commit: CommitFacts | null = null,
): string {
  const inOrder = sortResults(results);
  const said = { hash: hashOfPlans(inOrder), summary: summarise(inOrder) };
  return textHead({ revision, commit }, said) + inOrder.map(textOfGroup).join('');
}

/** What stands above the groups. */
export function textHead(
  { revision, commit }: PlannedRevision,
  { hash, summary }: Pick<PlanReport, 'hash' | 'summary'>,
): string {
  const of = commit === null ? [] : [`commit ${commitLine(commit)}`];
  return [`revision ${revision}`, ...of, `plan ${hash}`, summaryLine(summary), ''].join('\n');
}

/** One group, with an empty line before it. */
export const textOfGroup = (result: GroupResult): string => ['', ...groupLines(result), ''].join('\n');

export function summaryLine(summary: PlanReport['summary']): string {
  const { calls, add, modify, remove } = summary;
  const groups = (['blocked', 'observed', 'unreadable'] as const)
    .filter((state) => summary[state] > 0)
    .map((state) => `${counted(summary[state], 'group')} ${state}`);
  return [`${counted(calls, 'call')}: add ${add}, modify ${modify}, remove ${remove}`, ...groups].join('; ');
}

/** One group, its heading first. */
export function groupLines(result: GroupResult): string[] {
  const heading = `${groupKey(result)} (${result.mode})`;
  if (isFailed(result)) return [`${heading}: error`, `  ${quoted(result.error)}`];
  return [
    `${heading}: ${result.status}`,
    ...titled('traffic', trafficLines(result)),
    ...titled('rules', diffLines(result)),
    ...titled(
      result.status === 'observed' ? 'calls that would be made' : 'calls',
      result.steps.flatMap(stepLines),
    ),
    ...titled('promises', promiseLines(result)),
    ...titled(
      result.status === 'observed' ? 'would be blocked by' : 'blocked by',
      result.blockedBy.flatMap(blockLines),
    ),
    ...titled('approved', approvalLines(result)),
    ...titled('findings', result.findings.map(findingLine)),
  ];
}

/** A part of a group, if there is anything in it. */
export function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

const trafficLines = ({ steps, exposure, diff }: GroupPlan): string[] =>
  steps.length === 0 ? [] : exposureLines(exposure, diff);

/** What opens and what closes, by the rules that cause it. */
export function exposureLines(exposure: ExposureDelta, diff: Diff): string[] {
  if (exposure.effects.length === 0 && exposure.exact) return ['nothing opens and nothing closes'];
  const lines = exposure.effects.flatMap((effect) => effectLines(effect, changeOfEffect(effect, diff)));
  return exposure.exact ? lines : [...lines, 'too intricate to say exactly: no more than this changes'];
}

/** For an effect that could not be worked out: its boxes are all that the rule could change. */
export const MAY: Readonly<Record<ExposureEffect['effect'], string>> = {
  opens: 'may open',
  closes: 'may close',
};

function effectLines({ effect, rule, boxes, example }: ExposureEffect, change: RuleChangeWord): string[] {
  const more = boxes.length - MAX_BOXES_SHOWN;
  return [
    `${example === null ? MAY[effect] : effect} because this rule is ${change}: ${describeRule(rule)}`,
    ...boxes.slice(0, MAX_BOXES_SHOWN).map((box) => `  ${boxText(box)}`),
    ...(more > 0 ? [`  and ${more} more of the kind`] : []),
    ...(example === null ? [] : [`  for example ${exampleText(example)}`]),
  ];
}

export function boxText(box: Box): string {
  const [peerWord, ownWord] = box.direction === 'ingress' ? ['from', 'to'] : ['to', 'from'];
  return [
    box.direction,
    protocolText(box.protocol),
    boxPortsText(box),
    `${peerWord} ${box.peer}${exceptText(box.exceptPeers)}`,
    box.own === undefined ? null : `${ownWord} ${box.own}${exceptText(box.exceptOwn)}`,
    box.sourcePorts === undefined ? null : `source ports ${box.sourcePorts}`,
    box.nicType ?? null,
    ...boxPeerMembership(box),
  ]
    .filter((part) => part !== null)
    .join(' ');
}

function exceptText(prefixes: readonly string[] = []): string {
  if (prefixes.length === 0) return '';
  const more = prefixes.length - MAX_BOXES_SHOWN;
  return ` except ${prefixes.slice(0, MAX_BOXES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function exampleText(example: NonNullable<ExposureEffect['example']>): string {
  const { protocol, peer, sourcePort, own } = packetDocument(example);
  return [
    protocolText(String(protocol)),
    portText(example),
    peer === null ? null : `peer ${peer}`,
    ...peerMembership(example),
    sourcePort === null ? null : `source port ${sourcePort}`,
    own === null ? null : `own address ${own}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function diffLines({ diff, mode }: GroupPlan): string[] {
  const mark = mode === 'additive' ? '= left alone' : '-';
  return [
    ...diff.missing.map(({ rule, source }) => `+ ${describeRule(rule)}  ${atPlace(source)}`),
    ...diff.different.map((pair) => `~ ${differenceText(pair)}`),
    ...diff.unexpected.map(({ rule, id }) => `${mark} ${id ?? 'no id'} ${describeRule(rule)}`),
    ...(diff.unmanaged > 0 ? [`${counted(diff.unmanaged, 'rule')} left alone, as its policy says`] : []),
  ];
}

const differenceText = (pair: Difference): string =>
  `${pair.from.id ?? 'no id'} ${changeText(pair)}  ${atPlace(pair.to.source)}`;

/** A rule, and what becomes of it. */
export function changeText({ from, to, fields }: Difference): string {
  const changes = fields.map(
    (field) => `${field} ${valueText(from.rule, field)} -> ${valueText(to.rule, field)}`,
  );
  return `${describeRule(from.rule)}: ${changes.join(', ')}`;
}

function valueText(rule: Difference['to']['rule'], field: RuleField): string {
  const text = fieldText(rule, field);
  if (text === null) return field === 'description' ? 'none' : 'any';
  return field === 'description' ? quoted(text) : text;
}

function stepLines(step: Step, index: number): string[] {
  const checkpoint = step.checkpoint ? ['-- checkpoint: verify added rules before removing old ones'] : [];
  const [first, ...others] = ruleTexts(step);
  const call = `${index + 1}. ${operationOf(step)}`;
  if (others.length === 0) return [...checkpoint, `${call} ${first ?? ''}`];
  const shown = [first, ...others].slice(0, MAX_RULES_SHOWN).map((text) => `     ${text}`);
  const more = others.length + 1 - shown.length;
  const rest = more > 0 ? [`     and ${more} more`] : [];
  return [...checkpoint, `${call} ${counted(others.length + 1, 'rule')}`, ...shown, ...rest];
}

/** What a call names. */
function ruleTexts(step: Step): string[] {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map(({ rule }) => describeRule(rule));
    case 'modify':
      return [`${step.target.id ?? 'by its fields'} to ${describeRule(step.to.rule)}`];
    case 'revoke':
      return step.targets.map(({ rule, id }) =>
        step.targets.length === 1 && id !== null ? id : `${id ?? 'no id'} ${describeRule(rule)}`,
      );
  }
}

function promiseLines({ hitless, exceptions, steps }: GroupPlan): string[] {
  if (steps.length === 0 && exceptions.length === 0) return [];
  return [
    hitless
      ? 'hitless: at no moment is a packet decided otherwise than by the old or the new rules'
      : 'NOT hitless',
    ...exceptions.map(({ kind, message }) => `${kind}: ${message}`),
  ];
}

export const blockLines = ({ kind, message, override }: Block): string[] => [
  `${kind}: ${message}`,
  ...(override === '' ? [] : [`  to go on: ${override}`]),
];

function approvalLines({ approval }: GroupPlan): string[] {
  if (approval === null) return [];
  const { by, reason, atMs, untilMs } = approval;
  const [at, until] = [atMs, untilMs].map((ms) => new Date(ms).toISOString());
  return [`by ${quoted(by)} at ${at} until ${until}: ${quoted(reason)}`];
}

export const findingLine = ({ severity, id, message, file, line }: PlanFinding): string =>
  `${severity} ${id} ${file}:${line}: ${message}`;

export const atPlace = ({ file, line }: SourcePlace): string => `(${file}:${line})`;
