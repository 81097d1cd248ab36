// Which files `rampart validate` looks at: those that were named, and those whose names and groups they share.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  readPolicyFile,
  unreadablePolicyFile,
  type PolicyFile,
} from '../../../reconciler/policy/read/file.ts';
import type { Io } from '../../cli/io.ts';
import { loadOnce } from '../../compose/open-source.ts';
import { shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import { DEFAULT_POLICIES } from '../../config/sections/policies-schema.ts';
import type { PolicyFolder } from '../../source/source.ts';
import { readPolicyFolder } from '../../source/directory/policy-folder.ts';

interface ReadFile {
  readonly policy: PolicyFile;
  readonly text: string | null;
}

/**
 * The files of `paths`. If one of these lies below `policies`, the folder that the daemon reads, the rest of that
 * folder comes along: a file of it may use names that others define.
 */
async function filesToCheck(paths: readonly string[], policies: string) {
  const asked = await filesOf(paths);
  const isPart = (await Promise.all(paths.map((each) => isBelow(each, policies)))).some(Boolean);
  const context = isPart ? await filesOf([policies]) : new Map<string, ReadFile>();
  return {
    /** Whether the files belong to the policies of the config, which came along. */
    isPart,
    /** Everything that has to be compiled together, each file once. */
    files: [...new Map([...context, ...asked]).values()].map(({ policy }) => policy),
    /** What was asked about, by the path that it is shown with, with its text if it can be read. */
    asked: new Map([...asked.values()].map(({ policy, text }) => [policy.path, text])),
  };
}

/** The files of the paths, or without any all policies of the config; of a git source those of its commit. */
export async function filesAsked(paths: readonly string[], config: Config | null, io: Io) {
  const policies = shownPath(config?.policies.path ?? DEFAULT_POLICIES, io);
  const git = config?.policies.git ?? null;
  if (config === null || git === null) {
    return filesToCheck(paths.length > 0 ? paths : [policies], policies);
  }
  const asked = paths.length > 0 ? await filesOf(paths) : readFiles(await loadOnce(config, io));
  const files = [...asked.values()];
  return {
    isPart: paths.length === 0,
    files: files.map(({ policy }) => policy),
    asked: new Map(files.map(({ policy, text }) => [policy.path, text])),
  };
}

/** By path as shown. */
const readFiles = (folder: PolicyFolder): Map<string, ReadFile> =>
  new Map(filesIn(folder).map((file) => [file.policy.path, file]));

const filesIn = ({ files, unreadable }: PolicyFolder): ReadFile[] => [
  ...files.map(({ file, bytes }) => ({
    policy: readPolicyFile(file, bytes),
    text: new TextDecoder().decode(bytes),
  })),
  ...unreadable.map(({ problem }) => ({ policy: unreadablePolicyFile(problem), text: null })),
];

/** By real path, so that a file that several paths lead to is there once, under the first of them. */
async function filesOf(paths: readonly string[]): Promise<Map<string, ReadFile>> {
  const files = new Map<string, ReadFile>();
  for (const folder of await Promise.all(paths.map((each) => readPolicyFolder(each)))) {
    for (const file of filesIn(folder)) {
      const key = await realOrResolved(file.policy.path);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return files;
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
