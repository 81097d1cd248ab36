// Which files `rampart validate` looks at: those that were named, and those whose names and groups they share.
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  readPolicyFile,
  unreadablePolicyFile,
  type PolicyFile,
} from '../../../reconciler/policy/read/file.ts';
import { readPolicyFolder } from '../../source/directory/policy-folder.ts';

interface ReadFile {
  readonly policy: PolicyFile;
  readonly text: string | null;
}

/**
 * The files of `paths`. If one of these lies below `policies`, the folder that the daemon reads, the rest of that
 * folder comes along: a file of it may use names that others define.
 */
export async function filesToCheck(paths: readonly string[], policies: string) {
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

/** By real path, so that a file that several paths lead to is there once, under the first of them. */
async function filesOf(paths: readonly string[]): Promise<Map<string, ReadFile>> {
  const files = new Map<string, ReadFile>();
  for (const folder of await Promise.all(paths.map((each) => readPolicyFolder(each)))) {
    const read: ReadFile[] = [
      ...folder.files.map(({ file, bytes }) => ({
        policy: readPolicyFile(file, bytes),
        text: new TextDecoder().decode(bytes),
      })),
      ...folder.unreadable.map(({ problem }) => ({ policy: unreadablePolicyFile(problem), text: null })),
    ];
    for (const file of read) {
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
