// The facts of the estate that are too large to be written as a whole each time, in parts: what is a part of each, and how it
// stands in a row. A database writes the parts that differ.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DesiredGroup, DesiredState } from '../../reconciler/model/group.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import type { EstateFacts, KnownPolicyFile, KnownPolicyFiles } from './facts.ts';

export interface PartedForm<Whole, Part> {
  readonly name: string;
  /** What is not in the parts. */
  readonly restOf: (whole: Whole) => unknown;
  readonly partsOf: (whole: Whole) => ReadonlyMap<string, Part>;
  /** `parts` in order of their names. */
  readonly join: (rest: unknown, parts: readonly Part[]) => Whole;
}

export const DESIRED_IN_PARTS: PartedForm<DesiredState, DesiredGroup> = {
  name: 'desired',
  restOf: ({ revision, expectations, guardrails }) => ({ revision, expectations, guardrails }),
  partsOf: ({ groups }) => new Map(groups.map((group) => [desiredGroupKey(group), group])),
  join: (rest, groups) => ({ ...(rest as Omit<DesiredState, 'groups'>), groups }),
};

export const FILES_IN_PARTS: PartedForm<KnownPolicyFiles, KnownPolicyFile> = {
  name: 'policyFiles',
  restOf: ({ root, rootIsFile }) => ({ root, rootIsFile }),
  partsOf: ({ files }) => new Map(files.map((file) => [file.path, file])),
  join: (rest, files) => ({ ...(rest as Omit<KnownPolicyFiles, 'files'>), files }),
};

/** Those in a row each. */
export type SmallFacts = Omit<EstateFacts, 'desired' | 'policyFiles'>;

const DEFLATE_PARTS = { level: 1 };

export const deflated = (text: string): string => deflateRawSync(text, DEFLATE_PARTS).toString('base64');

export const inflated = (text: string): string =>
  inflateRawSync(Buffer.from(text, 'base64')).toString('utf8');
