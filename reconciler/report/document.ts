// `plan --json`: the document of the contract, with its keys in its order.
import type { Box } from '../exposure/text/box.ts';
import type { ExposureEffect } from '../exposure/ask/effects.ts';
import type { Packet } from '../exposure/engine/packet.ts';
import type { GroupRef, Mode } from '../model/group.ts';
import { formatAddress } from '../model/prefix.ts';
import { operationOf, type WriteOperation } from '../model/operation.ts';
import type { Block, Diff, PlanFinding, GroupPlan, PlanException, Step } from '../plan/plan.ts';
import {
  describedDocument,
  desiredDocument,
  ruleDocument,
  type RuleDocument,
} from '../model/rule-document.ts';
import {
  hashOfPlans,
  isFailed,
  sortResults,
  summarise,
  type FailedGroup,
  type GroupResult,
  type Summary,
} from './results.ts';

export interface PlanReport {
  readonly version: 1;
  readonly revision: string;
  /** SHA-256 over the plans of all groups. */
  readonly hash: string;
  readonly summary: Summary;
  readonly groups: readonly GroupDocument[];
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
  readonly findings: readonly PlanFinding[];
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

/** The bytes of `plan --json`. */
export const formatReport = (report: PlanReport): string => `${JSON.stringify(report, null, 2)}\n`;

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

function diffDocument({ missing, unexpected, different, same, unmanaged }: Diff): DiffDocument {
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
        ruleIds: ruleIdsOf([step.target]),
        rules: [desiredDocument(step.to)],
        checkpoint,
      };
    case 'revoke':
      return {
        operation,
        direction,
        ruleIds: ruleIdsOf(step.targets),
        rules: step.targets.map(describedDocument),
        checkpoint,
      };
  }
}

const ruleIdsOf = (targets: ReadonlyArray<{ readonly id: string | null }>): string[] =>
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
