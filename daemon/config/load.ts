import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  compareProblems,
  type Problem,
  type SourcePlace,
  type ProblemCode,
} from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { decodePolicyText } from '../../reconciler/policy/read/decode.ts';
import type { Path } from '../../reconciler/policy/read/reporter.ts';
import { readYamlDocument, reportShape } from '../../reconciler/policy/read/yaml-document.ts';
import { checkShape } from '../../reconciler/policy/schema/check-shape.ts';
import { ioReason } from '../io-reason.ts';
import type { Config } from './config.ts';
import { CONFIG_WORDS } from './config-words.ts';
import { placedGuardrails } from './sections/guardrails-config.ts';
import { keysInPolicies, type KeyInPolicies } from './keys-in-policies.ts';
import { configsNear } from './nearby.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

/** Looked for in the working directory. */
export const DEFAULT_CONFIG_FILE = 'config.yaml';

const MAX_CONFIG_BYTES = 256 * 1024;

/**
 * Reads the config, or answers every problem with it. Null: `config.yaml` of the working directory. That there is none is
 * a problem too: without a config nothing may decide what is written to whose groups.
 */
export function loadConfig(file: string | null): Result<Config, Problem[]> {
  const named = file ?? DEFAULT_CONFIG_FILE;
  const text = readText(named);
  if (!text.ok) return err([text.error]);
  if (text.value === null) return err([absentConfig(named)]);
  const config = parseConfig(text.value, named);
  const guarded = config.ok ? keysInPolicies(config.value) : [];
  return guarded.length === 0 ? config : err(guarded.map((key) => keyInPolicies(key, named)));
}

function keyInPolicies({ key, repository }: KeyInPolicies, file: string): Problem {
  const message = `the file lies in ${repository}, the repository that it guards: who may push there could let in any key`;
  const hint = `keep ${key} where only those may write who decide whose signatures count`;
  const place = placeInConfig(file, ['policies', 'git', 'verify', key]);
  return { severity: 'error', ...place, code: 'keys-in-policies', message, hint };
}

/** For commands that can do without: null if no config was named and there is none in the working directory. */
export function loadConfigIfAny(file: string | null): Result<Config | null, Problem[]> {
  const isAbsent = file === null && statSync(DEFAULT_CONFIG_FILE, { throwIfNoEntry: false }) === undefined;
  return isAbsent ? ok(null) : loadConfig(file);
}

function absentConfig(file: string): Problem {
  const [nearest, ...others] = configsNear(file);
  const more =
    others.length === 0 ? '' : `; ${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} there too`;
  const hint =
    nearest === undefined
      ? '`rampart init` writes a first one; or name it with --config FILE'
      : `${nearest} is there: did you mean \`--config ${nearest}\`?${more}`;
  return unreadableConfig(file, NO_CONFIG, `there is no config ${path.resolve(file)}`, hint);
}

/** Code of the problem that there is no config. */
export const NO_CONFIG = 'no-config';

/** Reads a config from its text; `file` places its paths and its problems. */
export function parseConfig(text: string, file: string): Result<Config, Problem[]> {
  const yaml = readYamlDocument(file, text, CONFIG_WORDS);
  if (isPolicyFile(yaml.value)) {
    const hint = 'name the config with `--config FILE`; it says by `policies.path` where policies lie';
    return err([unreadableConfig(file, 'config-unreadable', 'this is a policy file, not a config', hint)]);
  }
  const checked = yaml.isWellFormed ? checkShape(configSchema, yaml.value, CONFIG_WORDS) : null;
  if (checked?.ok === false) reportShape(yaml, checked.error);
  const { problems } = yaml.reporter;
  if (checked?.ok !== true || problems.length > 0) return err([...problems].sort(compareProblems));
  const guardrails = placedGuardrails(checked.value.guardrails, { ...yaml, file });
  return ok(resolveConfig(checked.value, file, guardrails));
}

const isPolicyFile = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'version' in value && 'groups' in value;

/** Where a key of a config that was read before has its value; for what comes to light only when it is used. */
export function placeInConfig(file: string, keys: Path): SourcePlace {
  const text = readText(file);
  return readYamlDocument(file, text.ok ? (text.value ?? '') : '', CONFIG_WORDS).locate(keys, 'value');
}

/** Null if there is no such file; one that cannot be read is something else. */
function readText(file: string): Result<string | null, Problem> {
  const refuse = (code: ProblemCode, message: string, hint = '') =>
    err(unreadableConfig(file, code, message, hint));
  try {
    const stats = statSync(file);
    // To open a pipe that no one writes to is to wait for ever, with no ear for signals.
    if (!stats.isFile()) {
      const hint = 'write the config to a file; pipes, such as those of <(…), are not read';
      return refuse('config-unreadable', 'the config is not a regular file', hint);
    }
    const { size } = stats;
    if (size > MAX_CONFIG_BYTES) {
      return refuse('file-too-large', `the config has ${size} bytes, ${MAX_CONFIG_BYTES} at most`);
    }
    return decodePolicyText(file, readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(null);
    return refuse('config-unreadable', `the config cannot be read: ${ioReason(error)}`);
  }
}

function unreadableConfig(file: string, code: ProblemCode, message: string, hint: string): Problem {
  return { severity: 'error', file, line: 1, column: 1, code, message, hint };
}
