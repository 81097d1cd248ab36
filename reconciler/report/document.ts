// `plan --json`: the document of the contract, with its keys in its order.
import type { ExposureEffect } from '../exposure/ask/effects.ts';
import type { Packet } from '../exposure/engine/packet.ts';
import type { OpenedService } from '../judge/opening.ts';
import type { CommitFacts } from './commit.ts';
import type { GroupRef, Mode } from '../model/group.ts';
import { formatAddress } from '../model/prefix.ts';
import { operationOf } from '../model/operation.ts';
import type { Block, Diff, PlanFinding, GroupPlan, PlanException, Step } from '../plan/plan.ts';
import type { Approval } from '../plan/safety.ts';
import {
  describedDocument,
  desiredDocument,
  ruleDocument,
  type RuleDocument,
} from '../model/rule-document.ts';
import { changeOfEffect } from './change-word.ts';
import { changesDocument } from './changes/headline.ts';
import {
  hashOfPlans,
  isFailed,
  sortResults,
  summarise,
  type FailedGroup,
  type GroupResult,
} from './results.ts';
import type { Summary } from './tally.ts';

export interface PlanReport {
  readonly version: 1;
  readonly revision: string;
  /** That the policies were read at; absent where they are from no git source. */
  readonly commit?: CommitFacts;
  /** SHA-256 over the plans of all groups. */
  readonly hash: string;
  readonly summary: Summary;
  readonly groups: readonly GroupDocument[];
}

export interface GroupDocument extends GroupRef {
  readonly mode: Mode;
  readonly status: GroupPlan['status'] | 'error';
  readonly error?: string;
  readonly diff: ReturnType<typeof diffDocument>;
  readonly steps: ReadonlyArray<ReturnType<typeof stepDocument>>;
  readonly hitless: boolean;
  readonly exceptions: ReadonlyArray<ReturnType<typeof exceptionDocument>>;
  readonly exposure: ReturnType<typeof exposureDocument>;
  readonly findings: readonly PlanFinding[];
  readonly hash?: string;
  /** The one that lifted a block. */
  readonly approval: ReturnType<typeof approvalDocument> | null;
  readonly blockedBy: readonly Block[];
  /** What an approval of this plan would cover: accept rules that lose traffic, and what opens to the internet. */
  readonly losing: readonly RuleDocument[];
  readonly opening: readonly OpenedService[];
  /** The lines of the text, most important first. */
  readonly changes: ReturnType<typeof changesDocument>;
}

/** The whole document; groups in order of account, region and id. */
export function planReport(
  revision: string,
  results: readonly GroupResult[],
  commit: CommitFacts | null = null,
): PlanReport {
  const inOrder = sortResults(results);
  const said = { hash: hashOfPlans(inOrder), summary: summarise(inOrder) };
  return { ...reportHead({ revision, commit }, said), groups: inOrder.map(resultDocument) };
}

/** What was planned. */
export interface PlannedRevision {
  readonly revision: string;
  readonly commit: CommitFacts | null;
}

type SaidOfAll = Pick<PlanReport, 'hash' | 'summary'>;

const reportHead = ({ revision, commit }: PlannedRevision, { hash, summary }: SaidOfAll) => {
  const of = commit === null ? { revision } : { revision, commit };
  return { version: 1, ...of, hash, summary } as const;
};

const resultDocument = (result: GroupResult): GroupDocument =>
  isFailed(result) ? failedDocument(result) : planDocument(result);

/**
 * `plan --json` in pieces, so that no more than one group need be held: the head, then each group in order of account,
 * region and id, then the foot. Together they are the report as JSON with two spaces an indent, and a newline.
 */
export function jsonHead(planned: PlannedRevision, said: SaidOfAll): string {
  return `${JSON.stringify(reportHead(planned, said), null, 2).slice(0, -'\n}'.length)},\n  "groups": [`;
}

/** `isFirst`: no group stands before it. */
export function jsonOfGroup(result: GroupResult, isFirst: boolean): string {
  // A line break within a text is written as an escape.
  const indented = JSON.stringify(resultDocument(result), null, 2).replaceAll('\n', '\n    ');
  return `${isFirst ? '' : ','}\n    ${indented}`;
}

/** `groups`: how many stand before it. */
export const jsonFoot = (groups: number): string => (groups === 0 ? ']\n}\n' : '\n  ]\n}\n');

/** One plan as plain JSON. */
export function planDocument(plan: GroupPlan): GroupDocument {
  const { account, region, id, mode, status, hash, hitless, findings, blockedBy, opening } = plan;
  return {
    account,
    region,
    id,
    mode,
    status,
    diff: diffDocument(plan.diff),
    steps: plan.steps.map(stepDocument),
    hitless,
    exceptions: plan.exceptions.map(exceptionDocument),
    exposure: exposureDocument(plan),
    findings,
    hash,
    approval: plan.approval === null ? null : approvalDocument(plan.approval),
    blockedBy,
    losing: plan.losing.map(ruleDocument),
    opening,
    changes: changesDocument(plan),
  };
}

function failedDocument({ account, region, id, mode, error }: FailedGroup): GroupDocument {
  return {
    account,
    region,
    id,
    mode,
    status: 'error',
    error,
    diff: { missing: [], surplus: [], altered: [], same: 0, unmanaged: 0 },
    steps: [],
    hitless: false,
    exceptions: [],
    exposure: { opened: [], closed: [], effects: [], exact: true },
    findings: [],
    approval: null,
    blockedBy: [],
    losing: [],
    opening: [],
    changes: [],
  };
}

function exceptionDocument({ kind, message, noHitlessOrder }: PlanException) {
  if (noHitlessOrder === undefined) return { kind, message };
  const { isCertain, freeSlots } = noHitlessOrder;
  const witnesses = noHitlessOrder.witnesses.map((packet) => ({
    direction: packet.direction,
    ...packetDocument(packet),
  }));
  return { kind, message, noHitlessOrder: { isCertain, witnesses, freeSlots } };
}

const approvalDocument = ({ by, atMs, reason, untilMs }: Approval) => ({
  by,
  at: new Date(atMs).toISOString(),
  reason,
  until: new Date(untilMs).toISOString(),
});

export function diffDocument({ missing, unexpected, different, same, unmanaged }: Diff) {
  return {
    missing: missing.map(desiredDocument),
    surplus: unexpected.map(describedDocument),
    altered: different.map(({ from, to, fields }) => ({
      from: describedDocument(from),
      to: desiredDocument(to),
      fields,
    })),
    same,
    unmanaged,
  };
}

/** `checkpoint`: the group is looked at again before this call. */
function stepDocument(step: Step) {
  const { direction, checkpoint } = step;
  return { operation: operationOf(step), direction, ...rulesOf(step), checkpoint };
}

/** Those of a call, and the ids of the ones that it names by id: none for Authorize. */
function rulesOf(step: Step): {
  readonly ruleIds: readonly string[];
  readonly rules: readonly RuleDocument[];
} {
  switch (step.kind) {
    case 'authorize':
      return { ruleIds: [], rules: step.rules.map(desiredDocument) };
    case 'modify':
      return { ruleIds: ruleIdsOf([step.target]), rules: [desiredDocument(step.to)] };
    case 'revoke':
      return { ruleIds: ruleIdsOf(step.targets), rules: step.targets.map(describedDocument) };
  }
}

const ruleIdsOf = (targets: ReadonlyArray<{ readonly id: string | null }>): string[] =>
  targets.flatMap(({ id }) => (id === null ? [] : [id]));

/** Not `exact`: the boxes hold at least what changes, perhaps more. */
export const exposureDocument = ({ exposure, diff }: Pick<GroupPlan, 'exposure' | 'diff'>) => ({
  opened: exposure.opened,
  closed: exposure.closed,
  effects: exposure.effects.map((effect) => effectDocument(effect, diff)),
  exact: exposure.exact,
});

function effectDocument(found: ExposureEffect, diff: Diff) {
  const { effect, rule, boxes, whole, example } = found;
  return {
    effect,
    change: changeOfEffect(found, diff),
    rule: ruleDocument(rule),
    boxes,
    whole,
    example: example === null ? null : packetDocument(example),
  };
}

export function packetDocument(packet: Packet) {
  const text = (address: bigint | null): string | null =>
    address === null ? null : formatAddress(packet.family, address);
  return {
    protocol: packet.protocol,
    peer: text(packet.peer),
    memberOf: packet.memberOf,
    ...(packet.notMemberOf === undefined ? {} : { notMemberOf: packet.notMemberOf }),
    sourcePort: packet.sourcePort,
    own: text(packet.own),
    port: packet.port,
  };
}
