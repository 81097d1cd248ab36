import { readFileSync, statSync } from 'node:fs';
import { compareProblems, type Problem, type SourcePlace } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { Complaint } from '../../reconciler/policy/read/complaint.ts';
import { decodePolicyText } from '../../reconciler/policy/read/decode.ts';
import type { Path } from '../../reconciler/policy/read/reporter.ts';
import { parseYamlTree } from '../../reconciler/policy/read/yaml-tree.ts';
import { readYamlTree } from '../../reconciler/policy/read/yaml-value.ts';
import { ioReason } from '../io-reason.ts';
import type { Config } from './config.ts';
import { checkShape } from './issues.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

/** Looked for in the working directory. */
export const DEFAULT_CONFIG_FILE = 'config.yaml';

const MAX_CONFIG_BYTES = 256 * 1024;

/**
 * Reads the config, or answers every problem with it. Null: `config.yaml` of the working directory if it is
 * there, else the defaults of every key.
 */
export function loadConfig(file: string | null): Result<Config, Problem[]> {
  const path = file ?? DEFAULT_CONFIG_FILE;
  const text = readText(path);
  if (text.ok) return text.value === null ? absentConfig(file, path) : parseConfig(text.value, path);
  return err([text.error]);
}

function absentConfig(file: string | null, path: string): Result<Config, Problem[]> {
  if (file === null) return ok(defaultConfig());
  const hint = 'name an existing file, or leave --config out to run with the defaults';
  return err([
    problemAt(path, 1, 1, { code: 'config-unreadable', message: 'there is no such config', hint }),
  ]);
}

/** What holds without a config file. */
export const defaultConfig = (): Config => resolveConfig(configSchema.parse({}), null);

/** Reads a config from its text; `file` places its paths and its problems. */
export function parseConfig(text: string, file: string): Result<Config, Problem[]> {
  const tree = parseYamlTree(text);
  const yaml = readYamlTree(tree.document?.contents);
  const problems: Problem[] = [];
  const complain = (offset: number, complaint: Complaint): void => {
    const { line, col } = tree.lines.linePos(offset);
    problems.push(problemAt(file, Math.max(1, line), Math.max(1, col), complaint));
  };
  for (const complaint of [...tree.complaints, ...yaml.complaints]) complain(complaint.offset, complaint);
  // Half a tree looks as if keys were missing.
  if (tree.complaints.length > 0) return err(problems.sort(compareProblems));
  const checked = checkShape(configSchema, yaml.value);
  if ('complaints' in checked) {
    const refused = new Set(yaml.complaints.map(({ offset }) => offset));
    for (const each of checked.complaints) {
      const offset = yaml.offsetOf(each.path, each.part);
      // What was made of a value that YAML's rules refuse already is no news.
      if (!refused.has(offset)) complain(offset, each);
    }
  } else if (problems.length === 0) {
    return ok(resolveConfig(checked.value, file));
  }
  return err(problems.sort(compareProblems));
}

/** Where a key of a config that was read before has its value; for what comes to light only when it is used. */
export function placeInConfig(file: string, keys: Path): SourcePlace {
  const text = readText(file);
  const tree = parseYamlTree(text.ok ? (text.value ?? '') : '');
  const { line, col } = tree.lines.linePos(readYamlTree(tree.document?.contents).offsetOf(keys, 'value'));
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** Null if there is no such file; one that cannot be read is something else. */
function readText(path: string): Result<string | null, Problem> {
  const refuse = (code: string, message: string, hint = '') =>
    err(problemAt(path, 1, 1, { code, message, hint }));
  try {
    const stats = statSync(path);
    // To open a pipe that nobody writes to is to wait for ever, with no ear for signals.
    if (!stats.isFile()) {
      const hint = 'write the config to a file; pipes, such as those of <(…), are not read';
      return refuse('config-unreadable', 'the config is not a regular file', hint);
    }
    const { size } = stats;
    if (size > MAX_CONFIG_BYTES) {
      return refuse('file-too-large', `the config has ${size} bytes, ${MAX_CONFIG_BYTES} at most`);
    }
    return decodePolicyText(path, readFileSync(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(null);
    return refuse('config-unreadable', `the config cannot be read: ${ioReason(error)}`);
  }
}

function problemAt(file: string, line: number, column: number, { code, message, hint }: Complaint): Problem {
  return { severity: 'error', file, line, column, code, message, hint };
}
