import { readFileSync } from 'node:fs';
import { compareProblems, type Problem } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { Complaint } from '../../reconciler/policy/complaint.ts';
import { parseYamlTree } from '../../reconciler/policy/yaml-tree.ts';
import { readYamlTree } from '../../reconciler/policy/yaml-value.ts';
import { ioReason } from '../source/unreadable.ts';
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
  return err([problem(path, 1, 1, text.error)]);
}

function absentConfig(file: string | null, path: string): Result<Config, Problem[]> {
  if (file === null) return ok(defaultConfig());
  const hint = 'name an existing file, or leave --config out to run with the defaults';
  return err([problem(path, 1, 1, { code: 'config-unreadable', message: 'there is no such config', hint })]);
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
    problems.push(problem(file, line, col, complaint));
  };
  for (const complaint of [...tree.complaints, ...yaml.complaints]) complain(complaint.offset, complaint);
  // Half a tree looks as if keys were missing.
  if (tree.complaints.length > 0) return err(problems.sort(compareProblems));
  const checked = checkShape(configSchema, yaml.value);
  if ('complaints' in checked) {
    for (const each of checked.complaints) complain(yaml.offsetOf(each.path, each.part), each);
  } else if (problems.length === 0) {
    return ok(resolveConfig(checked.value, file));
  }
  return err(problems.sort(compareProblems));
}

/** Null if there is no such file; one that cannot be read is something else. */
function readText(path: string): Result<string | null, Complaint> {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_CONFIG_BYTES) return ok(bytes.toString('utf8'));
    const message = `the config is larger than ${MAX_CONFIG_BYTES} bytes`;
    return err({ code: 'config-too-large', message, hint: '' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(null);
    const message = `the config cannot be read: ${ioReason(error)}`;
    return err({ code: 'config-unreadable', message, hint: '' });
  }
}

function problem(file: string, line: number, column: number, { code, message, hint }: Complaint): Problem {
  return { severity: 'error', file, line, column, code, message, hint };
}
