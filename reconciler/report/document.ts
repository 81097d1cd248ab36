// `plan --json`: the document of the contract, with its keys in its order.
import type { Box } from '../exposure/text/box.ts';
import type { ExposureEffect } from '../exposure/ask/effects.ts';
import type { Packet } from '../exposure/engine/packet.ts';
import { groupKey, type GroupRef, type Mode } from '../model/group.ts';
import { formatAddress } from '../model/prefix.ts';
import { compareText } from '../model/problem.ts';
import { sha256 } from '../plan/hash.ts';
import { operationOf, type WriteOperation } from '../model/operation.ts';
import type { Block, Diff, Finding, GroupPlan, PlanException, Step } from '../plan/plan.ts';
import {
  describedDocument,
  desiredDocument,
  ruleDocument,
  type RuleDocument,
} from '../model/rule-document.ts';

/** A group of which no plan could be made. */
export interface FailedGroup extends GroupRef {
  readonly mode: Mode;
  readonly error: string;
}

export type GroupResult = GroupPlan | FailedGroup;

export const isFailed = (result: GroupResult): result is FailedGroup => 'error' in result;

export interface PlanReport {
  readonly version: 1;
  readonly revision: string;
  /** SHA-256 over the plans of all groups. */
  readonly hash: string;
  readonly summary: Summary;
  readonly groups: readonly GroupDocument[];
}

/** Rules and calls that would be carried out: observed and blocked groups count as nothing to do. */
export interface Summary {
  readonly calls: number;
  readonly add: number;
  readonly modify: number;
  readonly remove: number;
  /** Groups. */
  readonly blocked: number;
}

export interface GroupDocument extends GroupRef {
  readonly mode: Mode;
  readonly status: GroupPlan['status'] | 'error';
  readonly hash?: string;
  readonly error?: string;
  readonly diff: DiffDocument;
  readonly steps: readonly StepDocument[];
  readonly hitless: boolean;
  readonly exceptions: readonly PlanException[];
  readonly exposure: ExposureDocument;
  readonly findings: readonly Finding[];
  readonly blockedBy: readonly Block[];
}

interface DiffDocument {
  readonly missing: readonly RuleDocument[];
  readonly surplus: readonly RuleDocument[];
  readonly altered: ReadonlyArray<{ from: RuleDocument; to: RuleDocument; fields: readonly string[] }>;
  readonly same: number;
  readonly unmanaged: number;
}

export interface StepDocument {
  readonly operation: WriteOperation;
  readonly direction: string;
  /** Of the rules that the call names by id; empty for Authorize. */
  readonly ruleIds: readonly string[];
  readonly rules: readonly RuleDocument[];
  /** Whether the group is looked at again before this call. */
  readonly checkpoint: boolean;
}

interface ExposureDocument {
  readonly opened: readonly Box[];
  readonly closed: readonly Box[];
  readonly effects: readonly EffectDocument[];
  /** False: the boxes hold at least what changes, perhaps more. */
  readonly exact: boolean;
}

interface EffectDocument extends Pick<ExposureEffect, 'effect' | 'change' | 'boxes'> {
  readonly rule: RuleDocument;
  readonly example: PacketDocument | null;
}

export interface PacketDocument {
  readonly protocol: number;
  readonly peer: string | null;
  readonly memberOf: readonly string[];
  readonly sourcePort: number | null;
  readonly own: string | null;
  readonly port: number | null;
}

/** The whole document; groups in order of account, region and id. */
export function planReport(revision: string, results: readonly GroupResult[]): PlanReport {
  const inOrder = sortResults(results);
  const groups = inOrder.map((result) => (isFailed(result) ? failedDocument(result) : planDocument(result)));
  return { version: 1, revision, hash: hashOfPlans(inOrder), summary: summarise(inOrder), groups };
}

/** What `apply --plan` is told: the same plans have the same hash, in whatever order they are given. */
export const hashOfPlans = (results: readonly GroupResult[]): string =>
  sha256(sortResults(results).map((result) => (isFailed(result) ? groupKey(result) : result.hash)));

/** The bytes of `plan --json`. */
export const formatReport = (report: PlanReport): string => `${JSON.stringify(report, null, 2)}\n`;

export function sortResults(results: readonly GroupResult[]): GroupResult[] {
  return [...results].sort(
    (a, b) => compareText(a.account, b.account) || compareText(a.region, b.region) || compareText(a.id, b.id),
  );
}

export function summarise(results: readonly GroupResult[]): Summary {
  const plans = results.filter((result): result is GroupPlan => !isFailed(result));
  const steps = plans.filter(({ status }) => status === 'pending').flatMap((plan) => plan.steps);
  return {
    calls: steps.length,
    add: steps.reduce((sum, step) => sum + (step.kind === 'authorize' ? step.rules.length : 0), 0),
    modify: steps.filter((step) => step.kind === 'modify').length,
    remove: steps.reduce((sum, step) => sum + (step.kind === 'revoke' ? step.targets.length : 0), 0),
    blocked: plans.filter(({ status }) => status === 'blocked').length,
  };
}

/** One plan as plain JSON. */
export function planDocument(plan: GroupPlan): GroupDocument {
  const { account, region, id, mode, status, hash, hitless, exceptions, findings, blockedBy } = plan;
  return {
    account,
    region,
    id,
    mode,
    status,
    hash,
    diff: diffDocument(plan.diff),
    steps: plan.steps.map(stepDocument),
    hitless,
    exceptions,
    exposure: {
      opened: plan.exposure.opened,
      closed: plan.exposure.closed,
      effects: plan.exposure.effects.map(effectDocument),
      exact: plan.exposure.exact,
    },
    findings,
    blockedBy,
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
    blockedBy: [],
  };
}

function diffDocument({ missing, surplus, altered, same, unmanaged }: Diff): DiffDocument {
  return {
    missing: missing.map(desiredDocument),
    surplus: surplus.map(describedDocument),
    altered: altered.map(({ from, to, fields }) => ({
      from: describedDocument(from),
      to: desiredDocument(to),
      fields,
    })),
    same,
    unmanaged,
  };
}

function stepDocument(step: Step): StepDocument {
  const { direction, checkpoint } = step;
  const operation = operationOf(step);
  switch (step.kind) {
    case 'authorize':
      return { operation, direction, ruleIds: [], rules: step.rules.map(desiredDocument), checkpoint };
    case 'modify':
      return {
        operation,
        direction,
        ruleIds: idsOf([step.target]),
        rules: [desiredDocument(step.to)],
        checkpoint,
      };
    case 'revoke':
      return {
        operation,
        direction,
        ruleIds: idsOf(step.targets),
        rules: step.targets.map(describedDocument),
        checkpoint,
      };
  }
}

const idsOf = (targets: ReadonlyArray<{ readonly id: string | null }>): string[] =>
  targets.flatMap(({ id }) => (id === null ? [] : [id]));

function effectDocument({ effect, change, rule, boxes, example }: ExposureEffect): EffectDocument {
  return {
    effect,
    change,
    rule: ruleDocument(rule),
    boxes,
    example: example === null ? null : packetDocument(example),
  };
}

export function packetDocument(packet: Packet): PacketDocument {
  const text = (address: bigint | null): string | null =>
    address === null ? null : formatAddress(packet.family, address);
  return {
    protocol: packet.protocol,
    peer: text(packet.peer),
    memberOf: packet.memberOf,
    sourcePort: packet.sourcePort,
    own: text(packet.own),
    port: packet.port,
  };
}
