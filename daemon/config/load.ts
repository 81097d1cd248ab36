import { readFileSync, statSync } from 'node:fs';
import { compareProblems, type Problem, type SourcePlace } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { NO_GUARDRAILS } from '../../reconciler/policy/compile/compile-guardrails.ts';
import { decodePolicyText } from '../../reconciler/policy/read/decode.ts';
import type { Path } from '../../reconciler/policy/read/reporter.ts';
import { readYamlDocument, reportShape } from '../../reconciler/policy/read/yaml-document.ts';
import { checkShape } from '../../reconciler/policy/schema/check-shape.ts';
import type { ShapeWords } from '../../reconciler/policy/schema/shape-complaints.ts';
import { ioReason } from '../io-reason.ts';
import type { Config } from './config.ts';
import { placedGuardrails } from './guardrails-config.ts';
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
  return err([unreadableConfig(path, 'config-unreadable', 'there is no such config', hint)]);
}

/** What holds without a config file. */
export const defaultConfig = (): Config => resolveConfig(configSchema.parse({}), null, NO_GUARDRAILS);

/** Reads a config from its text; `file` places its paths and its problems. */
export function parseConfig(text: string, file: string): Result<Config, Problem[]> {
  const yaml = readYamlDocument(file, text);
  const checked = yaml.isWellFormed ? checkShape(configSchema, yaml.value, CONFIG_WORDS) : null;
  if (checked?.ok === false) reportShape(yaml, checked.error);
  const { problems } = yaml.reporter;
  if (checked?.ok !== true || problems.length > 0) return err([...problems].sort(compareProblems));
  const guardrails = placedGuardrails(checked.value.guardrails, { ...yaml, file });
  return ok(resolveConfig(checked.value, file, guardrails));
}

const CONFIG_WORDS: ShapeWords = { whole: 'the config', quotesValues: false };

/** Where a key of a config that was read before has its value; for what comes to light only when it is used. */
export function placeInConfig(file: string, keys: Path): SourcePlace {
  const text = readText(file);
  return readYamlDocument(file, text.ok ? (text.value ?? '') : '').locate(keys, 'value');
}

/** Null if there is no such file; one that cannot be read is something else. */
function readText(path: string): Result<string | null, Problem> {
  const refuse = (code: string, message: string, hint = '') =>
    err(unreadableConfig(path, code, message, hint));
  try {
    const stats = statSync(path);
    // To open a pipe that no one writes to is to wait for ever, with no ear for signals.
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

function unreadableConfig(file: string, code: string, message: string, hint: string): Problem {
  return { severity: 'error', file, line: 1, column: 1, code, message, hint };
}
