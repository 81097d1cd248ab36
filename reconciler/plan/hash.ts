// What an approval names: the changes to a group, however they are carried out.
import { createHash } from 'node:crypto';
import { groupKey, type DescribedRule, type GroupRef, type Mode } from '../model/group.ts';
import { compareText } from '../model/problem.ts';
import { ruleDocument } from '../model/rule-document.ts';
import { DIRECTIONS } from '../model/rule.ts';
import type { Diff, GroupPolicy } from './plan.ts';

/**
 * SHA-256 (hex) of the changes to a group: the rules that are added, those that are removed (by id and content) and
 * the texts that change. Left out is whatever bears on how and when alone: the calls, the settings, what was learned
 * by trying, holds, the revision. No rules of the diff may be paired yet: `different` differ in their text only.
 * So everyone who plans the same changes for a group gets the same hash.
 */
export function planHash(group: GroupRef, mode: Mode, { missing, unexpected, different }: Diff): string {
  const removed = mode === 'additive' ? [] : unexpected;
  return sha256([
    groupKey(group),
    mode,
    sortedTexts(missing.map(({ rule }) => ruleDocument(rule))),
    sortedTexts(removed.map(canonical)),
    sortedTexts(different.map(({ from, to }) => [canonical(from), to.rule.description])),
  ]);
}

/**
 * SHA-256 (hex) of the rules that a policy wants of a group, wherever they are written and whatever the group holds:
 * so a plan that stopped half-way and the one for the rest have the same.
 */
export function desiredHash(policy: GroupPolicy): string {
  const wanted = DIRECTIONS.map((direction) => {
    const rules = policy.rules[direction];
    return rules === null ? null : sortedTexts(rules.map(({ rule }) => ruleDocument(rule)));
  });
  return sha256([groupKey(policy), wanted]);
}

/** SHA-256 (hex) over the JSON of a value whose keys already stand in a fixed order. */
export function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** What `sha256` says of the list of all that was added, of which nothing is held. */
export class HashOfList {
  readonly #hash = createHash('sha256').update('[');
  #separator = '';

  add(value: unknown): void {
    this.#hash.update(this.#separator).update(JSON.stringify(value));
    this.#separator = ',';
  }

  /** In hexadecimal digits; more may be added afterwards. */
  hex(): string {
    return this.#hash.copy().update(']').digest('hex');
  }
}

const sortedTexts = (values: readonly unknown[]): string[] =>
  values.map((value) => JSON.stringify(value)).sort(compareText);

function canonical({ rule, id, selector }: DescribedRule): unknown {
  const fields = Object.entries(selector).sort(([a], [b]) => compareText(a, b));
  return [id, id === null ? fields : [], ruleDocument(rule)];
}
