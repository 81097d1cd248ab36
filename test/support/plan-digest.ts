// A plan document in few bytes: what may change while the planner is reshaped left out, the rest hashed.
import { createHash } from 'node:crypto';
import type { PlanCase } from './plan-cases.ts';

/** Texts for people, hashes over the plan itself, what an approval covers, why there is no hitless order, and how it is told. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'message',
  'override',
  'liftedBy',
  'hash',
  'planHash',
  'approval',
  'losing',
  'opening',
  'noHitlessOrder',
  'changes',
  'whole',
]);

/** Findings that there were not: what the network of a group cannot take, and what `modify: never` cannot mean. */
const NEW_FINDINGS: ReadonlySet<unknown> = new Set([
  'nic-type-in-vpc',
  'ipv6-in-classic',
  'list-in-classic',
  'modified-anyway',
]);

/** The description of the temporary rule that plans for full groups could have. */
const TEMPORARY = 'rampart: temporary, goes when the change under way is complete';

/** The document with its keys in alphabetical order, without what is left out. */
export function normalised(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(normalised);
  if (document === null || typeof document !== 'object') return document;
  const entries = Object.entries(document)
    .filter(([key]) => !LEFT_OUT.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]: [string, unknown]) => [key, normalisedValue(key, value, document)]);
  return Object.fromEntries(entries) as unknown;
}

function normalisedValue(key: string, value: unknown, document: object): unknown {
  if (key === 'findings') return inOrder(normalised(value));
  if (key === 'example' && value !== null && typeof value === 'object') {
    return normalised({ ...value, notMemberOf: undefined });
  }
  return key === 'change' && value === 'changed' ? sideOf(document as EffectDocument) : normalised(value);
}

interface EffectDocument {
  readonly effect: string;
  readonly rule: { readonly action: string };
}

/** The two sides of a modified rule were told as added and removed. */
const sideOf = ({ effect, rule }: EffectDocument): string =>
  (effect === 'opens') === (rule.action === 'accept') ? 'added' : 'removed';

/** Findings of one line stand in the order of their messages, which are left out. */
const inOrder = (findings: unknown): unknown =>
  Array.isArray(findings)
    ? findings
        .filter((finding: { readonly id?: unknown }) => !NEW_FINDINGS.has(finding.id))
        .map((finding) => JSON.stringify(finding))
        .sort()
    : findings;

/** The first 16 hex digits of the SHA-256 of a normalised plan document. */
export const planDigest = (document: unknown): string =>
  sha256(JSON.stringify(normalised(document))).slice(0, 16);

/** Tells whether these are the cases of the record, all of them. */
export function casesDigest(cases: readonly PlanCase[]): string {
  const text = JSON.stringify(cases, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  // As the setting was called when the plans were recorded.
  return sha256(text.replaceAll('"groupReferenceQuota":', '"groupRuleQuota":'));
}

/** Whether a plan document has a temporary rule among its steps. */
export function usesTemporaryRule({ steps }: StepsDocument): boolean {
  return steps.some(({ rules }) => rules.some(({ description }) => description === TEMPORARY));
}

export interface StepsDocument {
  readonly steps: ReadonlyArray<{ readonly rules: ReadonlyArray<{ readonly description: string | null }> }>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
