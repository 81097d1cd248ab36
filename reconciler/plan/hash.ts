import { createHash } from 'node:crypto';
import { groupKey, type DescribedRule, type GroupRef, type Mode } from '../model/group.ts';
import { compareText } from '../model/problem.ts';
import type { Step } from './plan.ts';
import { ruleDocument } from '../model/rule-document.ts';

/**
 * SHA-256 (hex) of what a plan would do to a group. Where the wish is written down is left out, so the
 * same calls have the same hash whatever the revision.
 */
export function planHash(group: GroupRef, mode: Mode, steps: readonly Step[]): string {
  return sha256([groupKey(group), mode, steps.map(canonicalStep)]);
}

/** SHA-256 (hex) over the JSON of a value whose keys already stand in a fixed order. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function canonicalStep(step: Step): unknown {
  const head = [step.kind, step.direction, step.checkpoint];
  switch (step.kind) {
    case 'authorize':
      return [...head, step.rules.map(({ rule }) => ruleDocument(rule))];
    case 'modify':
      return [...head, target(step.target), ruleDocument(step.to.rule)];
    case 'revoke':
      return [...head, step.targets.map(target)];
  }
}

function target({ rule, id, selector }: DescribedRule): unknown {
  const fields = Object.entries(selector).sort(([a], [b]) => compareText(a, b));
  return [id, id === null ? fields : [], ruleDocument(rule)];
}
