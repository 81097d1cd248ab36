// The files that say whose signatures count must not come from the repository that they guard: who may push there could
// let in his own key. A copy of the repository is known by where it lies, or by the remotes that it names.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import type { GitUrl } from './sections/git-url.ts';

/** A key of `policies.git.verify`, and the repository in which its file lies. */
export interface KeyInPolicies {
  readonly key: (typeof FILES)[number];
  readonly repository: string;
}

const FILES = ['allowedSigners', 'revocationFile', 'gpgKeyring'] as const;

/** What is not there lies nowhere; who reads it will say so. */
export function keysInPolicies({ policies }: Pick<Config, 'policies'>): KeyInPolicies[] {
  const { git } = policies;
  if (git === null) return [];
  return FILES.flatMap((key) => {
    const file = git.verify[key];
    const places = file === null ? [] : [path.resolve(file), realPath(file)];
    const repository = places.map((place) => guardedAround(place, git.url)).find((found) => found !== null);
    return repository === undefined ? [] : [{ key, repository }];
  });
}

/** The nearest folder around the file that is the repository of this URL, or a copy of it. */
function guardedAround(file: string, url: GitUrl): string | null {
  for (let folder = file; ; folder = path.dirname(folder)) {
    if (isRepository(folder, url)) return folder;
    if (path.dirname(folder) === folder) return null;
  }
}

function isRepository(folder: string, url: GitUrl): boolean {
  if (url.kind === 'local' && [url.url, realPath(url.url)].includes(folder)) return true;
  const wanted = repositoryAddress(url.url);
  return remotesOf(folder).some((remote) => repositoryAddress(remote, folder) === wanted);
}

/** URLs in the settings of a work tree or a bare repository; none if the folder is neither. */
function remotesOf(folder: string): string[] {
  const settings = [path.join(folder, '.git', 'config'), path.join(linkedFolder(folder), 'config')];
  const bare = settingsText(path.join(folder, 'HEAD')) === null ? [] : [path.join(folder, 'config')];
  const text = [...settings, ...bare].map(settingsText).find((each) => each !== null) ?? '';
  return [...text.matchAll(/^\s*url\s*=\s*"?([^"\n]*?)"?\s*$/gim)].map(([, url = '']) => url);
}

/** Where a further work tree has its repository: `.git` is a file there. */
function linkedFolder(folder: string): string {
  const [, linked] = /^gitdir: (.+)$/m.exec(settingsText(path.join(folder, '.git')) ?? '') ?? [];
  if (linked === undefined) return path.join(folder, '.git');
  const at = path.resolve(folder, linked);
  const common = settingsText(path.join(at, 'commondir'))?.trim();
  return common === undefined ? at : path.resolve(at, common);
}

/** `HOST/PATH`, by whatever protocol; of a local repository its real path. */
function repositoryAddress(url: string, folder = '.'): string {
  const bare = url.replace(/\/+$/, '').replace(/\.git$/, '');
  const [, host, inHost] = /^(?:\w+:\/\/)?(?:[^@/]*@)?([^/:]+)(?::\d+)?[:/]+(.+)$/.exec(bare) ?? [];
  const isLocal = /^(file:\/\/)?[./]/.test(bare) || host === undefined || inHost === undefined;
  if (!isLocal) return `${host}/${inHost}`.toLowerCase();
  return realPath(path.resolve(folder, bare.replace(/^file:\/\//, ''))).replace(/(\/|\.)git$/, '');
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

const MAX_SETTINGS_BYTES = 256 * 1024;

/** Null if there is no such file, or it cannot be read: then it is not known for a repository. */
function settingsText(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size > MAX_SETTINGS_BYTES) return null;
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
