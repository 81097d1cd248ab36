// Which files `rampart validate` looks at: those that were named, and those whose names and groups they share.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  readPolicyFile,
  unreadablePolicyFile,
  type PolicyFile,
} from '../../../reconciler/policy/read/file.ts';
import type { Io } from '../../cli/io.ts';
import { progressOn } from '../../cli/progress.ts';
import { loadOnce } from '../../compose/open-source.ts';
import { POLICY_FILES, shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import {
  DEFAULT_POLICIES,
  DEFAULT_POLICY_LIMITS,
  type PolicyLimits,
} from '../../config/sections/policies-schema.ts';
import type { PolicyFolder } from '../../source/source.ts';
import { readPolicyFolder } from '../../source/directory/policy-folder.ts';

interface ReadFile {
  readonly policy: PolicyFile;
  readonly text: string | null;
  readonly bytes: number;
}

/**
 * The files of `paths`. If one of these lies below `policies`, the folder that the daemon reads, the rest of that
 * folder comes along: a file of it may use names that others define.
 */
async function filesToCheck(paths: readonly string[], policies: string, reading: ReadingBounds) {
  const asked = await filesOf(paths, reading);
  const isPart = (await Promise.all(paths.map((each) => isBelow(each, policies)))).some(Boolean);
  const context = isPart ? await filesOf([policies], reading, asked) : new Map<string, ReadFile>();
  const files = [...new Map([...context, ...asked]).values()];
  return {
    /** Whether the files belong to the policies of the config, which came along. */
    isPart,
    /** Everything that has to be compiled together, each file once. */
    files: files.map(({ policy }) => policy),
    /** What was asked about, by the path that it is shown with, with its text if it can be read. */
    asked: new Map([...asked.values()].map(({ policy, text }) => [policy.path, text])),
    usage: usageOf(isPart ? [...context.values()] : files, reading.limits),
  };
}

/** What is read is bounded, and counted on a terminal. */
interface ReadingBounds {
  readonly limits: PolicyLimits;
  readonly io: Pick<Io, 'stderr'>;
}

/** The files of the paths, or without any all policies of the config; of a git source those of its commit. */
export async function filesAsked(paths: readonly string[], config: Config | null, io: Io) {
  const policies = shownPath(config?.policies.path ?? DEFAULT_POLICIES, io);
  const git = config?.policies.git ?? null;
  const reading = { limits: config?.policies.limits ?? DEFAULT_POLICY_LIMITS, io };
  if (config === null || git === null) {
    return filesToCheck(paths.length > 0 ? paths : [policies], policies, reading);
  }
  const asked =
    paths.length > 0 ? await filesOf(paths, reading) : readFiles(await loadOnce(config, io), reading);
  const files = [...asked.values()];
  return {
    isPart: paths.length === 0,
    files: files.map(({ policy }) => policy),
    asked: new Map(files.map(({ policy, text }) => [policy.path, text])),
    usage: usageOf(files, reading.limits),
  };
}

/** By path as shown. */
function readFiles({ files, unreadable }: PolicyFolder, { io }: ReadingBounds): Map<string, ReadFile> {
  const progress = progressOn(io, files.length, POLICY_FILES);
  const read = files.map(({ file, bytes }): ReadFile => {
    progress.step();
    const text = new TextDecoder().decode(bytes);
    return { policy: readPolicyFile(file, bytes), text, bytes: bytes.length };
  });
  progress.end();
  const unread = unreadable.map(({ problem }): ReadFile => ({
    policy: unreadablePolicyFile(problem),
    text: null,
    bytes: 0,
  }));
  return new Map([...read, ...unread].map((each) => [each.policy.path, each]));
}

/** By real path, so that a file that several paths lead to is there once, under the first of them. `known` are not parsed again. */
async function filesOf(
  paths: readonly string[],
  reading: ReadingBounds,
  known: ReadonlyMap<string, ReadFile> = new Map(),
): Promise<Map<string, ReadFile>> {
  const files = new Map<string, ReadFile>();
  const knownPaths = new Map([...known].map(([key, file]) => [file.policy.path, { key, file }]));
  for (const folder of await Promise.all(paths.map((each) => readPolicyFolder(each, reading.limits)))) {
    for (const { file: path } of folder.files) {
      const before = knownPaths.get(path);
      if (before !== undefined) files.set(before.key, before.file);
    }
    const news = { ...folder, files: folder.files.filter(({ file }) => !knownPaths.has(file)) };
    for (const file of readFiles(news, reading).values()) {
      const key = await realOrResolved(file.policy.path);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return files;
}

/** How near the files are to the limit that they are nearest to, in percent of it. */
function usageOf(files: readonly ReadFile[], limits: PolicyLimits) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const largest = files.reduce((most, file) => Math.max(most, file.bytes), 0);
  const used = [
    { limit: 'files', share: files.length / limits.files },
    { limit: 'bytes', share: bytes / limits.bytes },
    { limit: 'bytesPerFile', share: largest / limits.bytesPerFile },
  ].map(({ limit, share }) => ({ limit, percent: Math.ceil(share * 100) }));
  return used.reduce((nearest, each) => (each.percent > nearest.percent ? each : nearest));
}

async function isBelow(file: string, folder: string): Promise<boolean> {
  const relative = path.relative(await realOrResolved(folder), await realOrResolved(file));
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** What cannot be resolved is not there, or not readable, and stands for itself. */
async function realOrResolved(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    return path.resolve(file);
  }
}
