// Which files `rampart validate` looks at: those that were named, and those whose names and groups they share.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Io } from '../../cli/io.ts';
import { loadOnce } from '../../compose/open-source.ts';
import { shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import {
  DEFAULT_POLICIES,
  DEFAULT_POLICY_LIMITS,
  type PolicyLimits,
} from '../../config/sections/policies-schema.ts';
import type { CompileInput } from '../../source/compile/compile-answer.ts';
import { lengthOf } from '../../source/held-bytes.ts';
import type { PolicyFolder, SourceFile, Unreadable } from '../../source/source.ts';
import { readPolicyFolder } from '../../source/directory/policy-folder.ts';

/** A policy file, by its path as shown. */
type FoundFile = SourceFile | Unreadable;

const isUnread = (found: FoundFile): found is Unreadable => 'problem' in found;

const shownAs = (found: FoundFile): string => (isUnread(found) ? found.problem.file : found.file);

const bytesFound = (found: FoundFile): Uint8Array | null => (isUnread(found) ? null : found.bytes);

/** All that has to be compiled as a folder, each file once. */
const asFolder = (found: readonly FoundFile[]): CompileInput => ({
  files: found.filter((each): each is SourceFile => !isUnread(each)),
  unreadable: found.filter(isUnread),
});

/** What was asked about, by the path that it is shown with; null: it cannot be read. */
const askedAbout = (found: Iterable<FoundFile>): ReadonlyMap<string, Uint8Array | null> =>
  new Map([...found].map((each) => [shownAs(each), bytesFound(each)]));

/**
 * The files of `paths`. If one of these lies below `policies`, the folder that the daemon reads, the rest of that
 * folder comes along: a file of it may use names that others define.
 */
async function filesToCheck(paths: readonly string[], policies: string, limits: PolicyLimits) {
  const asked = await filesOf(paths, limits);
  const isPart = (await Promise.all(paths.map((each) => isBelow(each, policies)))).some(Boolean);
  const context = isPart ? await filesOf([policies], limits) : new Map<string, FoundFile>();
  const files = [...new Map([...context, ...asked]).values()];
  return {
    /** Whether the files belong to the policies of the config, which came along. */
    isPart,
    folder: asFolder(files),
    asked: askedAbout(asked.values()),
    usage: usageOf(isPart ? [...context.values()] : files, limits),
  };
}

/** The files of the paths, or without any all policies of the config; of a git source those of its commit. */
export async function filesAsked(paths: readonly string[], config: Config | null, io: Io) {
  const policies = shownPath(config?.policies.path ?? DEFAULT_POLICIES, io);
  const git = config?.policies.git ?? null;
  const limits = config?.policies.limits ?? DEFAULT_POLICY_LIMITS;
  if (config === null || git === null) {
    return filesToCheck(paths.length > 0 ? paths : [policies], policies, limits);
  }
  const files =
    paths.length > 0 ? [...(await filesOf(paths, limits)).values()] : filesIn(await loadOnce(config, io));
  return {
    isPart: paths.length === 0,
    folder: asFolder(files),
    asked: askedAbout(files),
    usage: usageOf(files, limits),
  };
}

const filesIn = ({ files, unreadable }: PolicyFolder): FoundFile[] => [...files, ...unreadable];

/** By real path, so that a file that several paths lead to is there once, under the first of them. */
async function filesOf(paths: readonly string[], limits: PolicyLimits): Promise<Map<string, FoundFile>> {
  const files = new Map<string, FoundFile>();
  for (const folder of await Promise.all(paths.map((each) => readPolicyFolder(each, limits)))) {
    for (const found of filesIn(folder)) {
      const key = await realOrResolved(shownAs(found));
      if (!files.has(key)) files.set(key, found);
    }
  }
  return files;
}

/** How near the files are to the limit that they are nearest to, in percent of it. */
function usageOf(files: readonly FoundFile[], limits: PolicyLimits) {
  const sizes = files.map((file) => (isUnread(file) ? 0 : lengthOf(file)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
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
