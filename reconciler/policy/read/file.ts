// A policy file as it was read: from bytes to a document and the places of everything in it.
import type { Problem } from '../../model/problem.ts';
import { checkShape } from '../schema/check-shape.ts';
import { documentOf, type PolicyDocument } from '../schema/document.ts';
import { settleRules } from '../schema/mistakes/settle-rules.ts';
import { POLICY_WORDS } from '../schema/policy-hints.ts';
import { policySchema } from '../schema/schema.ts';
import { decodePolicyText } from './decode.ts';
import { NO_PLACES, type PlaceTable } from './place-table.ts';
import type { Locate } from './reporter.ts';
import { readYamlDocument, reportShape, type YamlDocument } from './yaml-document.ts';

export interface PolicyFile {
  readonly path: string;
  /** Empty if the bytes could not be read as text. */
  readonly text: string;
  /** Holds nulls for what is broken. Null if the file is so broken that not even its keys are certain. */
  readonly document: PolicyDocument | null;
  /** Names that the file defines or, as far as can be seen, tries to define. */
  readonly declares: { readonly networks: ReadonlySet<string>; readonly services: ReadonlySet<string> };
  /** What is wrong with this file as far as it can be judged by itself. */
  readonly problems: readonly Problem[];
  readonly locate: Locate;
  /** What `locate` knows, as plain data. */
  readonly placeTable: () => PlaceTable;
}

/** Reads a file's bytes. Never throws; whatever is wrong is in `problems`. */
export function readPolicyFile(path: string, bytes: Uint8Array): PolicyFile {
  const text = decodePolicyText(path, bytes);
  return text.ok ? parsePolicyFile({ path, text: text.value }) : unreadablePolicyFile(text.error);
}

/** A file that is there but cannot be read: its groups stay as they were, its names are unknown. */
export function unreadablePolicyFile(problem: Problem): PolicyFile {
  return {
    path: problem.file,
    text: '',
    document: null,
    declares: { networks: new Set(), services: new Set() },
    problems: [problem],
    locate: () => ({ file: problem.file, line: 1, column: 1 }),
    placeTable: () => NO_PLACES,
  };
}

/** Reads a file's text: YAML, shape, and single values. Never throws. */
export function parsePolicyFile({ path, text }: { path: string; text: string }): PolicyFile {
  const yaml = readYamlDocument(path, text, POLICY_WORDS);
  const isReadable = yaml.isWellFormed && !isConfig(yaml.value);
  if (yaml.isWellFormed) checkPolicy(yaml);
  const document = documentOf(yaml.value);
  return {
    path,
    text,
    document: isReadable ? document : null,
    declares: { networks: new Set(document.networks.keys()), services: new Set(document.services.keys()) },
    problems: yaml.reporter.problems,
    locate: yaml.locate,
    placeTable: yaml.placeTable,
  };
}

function checkPolicy(yaml: YamlDocument): void {
  if (yaml.value === null) {
    const message = 'the file is empty, which never means "no rules"';
    const hint = 'write `version: 1` and `groups: []` if it declares nothing, or remove the file';
    yaml.reporter.error([], { code: 'empty-file', message, hint });
    return;
  }
  if (isConfig(yaml.value)) {
    const message = 'this is a config, not a policy file';
    const hint = 'name it with `--config FILE`, or move it out of the folder of policies';
    yaml.reporter.error([], { code: 'config-as-policy', message, hint });
    return;
  }
  const checked = checkShape(policySchema, yaml.value, POLICY_WORDS);
  if (!checked.ok) reportShape(yaml, settleRules(yaml.value, checked.error));
}

/** One error says more than one for each key. */
const isConfig = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'reconcile' in value && !('groups' in value);
