// A bare repository of our own that holds what the remote named last, as shallow as can be. It is fetched into under a
// lock, and read from without one: commits do not change. What is wrong with it costs a fetch, never a policy: a mirror
// that is damaged is made again beside the old one, and takes its place when it is complete.
import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { GitSettings } from '../../config/sections/git-schema.ts';
import { ioReason, isIoError } from '../../io-reason.ts';
import { runGit, type GitFailure, type GitRun } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';
import { ancestryOf, shallowCommits, type Ancestry } from './ancestry.ts';
import { fetchApprovingTags, mayBeApproved, type TagFetch } from './approving-tags.ts';
import { complaintText } from './complaint.ts';
import {
  freshRepository,
  mirrorFolder,
  packBytes,
  packCount,
  replaceRepository,
  tidyFolder,
  type MirrorFolder,
} from './mirror-folder.ts';
import { mirrorVariables, ownGitConfig, remoteVariables, type AccessPorts } from './remote-access.ts';
import { FIRST_DEEPENING, reachBase } from './reach.ts';
import { chosenRef, MAX_REFS_BYTES, wantedRef, type RemoteRef } from './remote-ref.ts';

export interface MirrorOptions extends AccessPorts {
  readonly git: GitSettings;
  /** For this remote alone; made if need be. */
  readonly folder: string;
  /** Keeps other processes from fetching into the folder; null if one does and does not come to its end. */
  readonly lock: () => Promise<(() => void) | null>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** What the remote named last. */
export interface Tip {
  readonly commit: string;
  /** In full. */
  readonly ref: string;
}

/** A commit that the newer ones are to be told to descend from. */
export interface Base {
  readonly commit: string;
  /** Whether every commit after it is needed. */
  readonly whole: boolean;
}

const ASK_SECONDS = 30;
const FETCH_SECONDS = 120;
const MAX_MIRROR_BYTES = 1024 * 1024 * 1024;
const MEASURE_EVERY_MS = 250;
/** Each fetch leaves a pack; beyond this many they are made one. */
const MAX_PACKS = 40;
const IN_FORCE = 'refs/rampart/in-force';

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #place: MirrorFolder;
  readonly #variables: Record<string, string>;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#place = mirrorFolder(options.folder);
    this.#variables = mirrorVariables(options.git, options.folder);
  }

  /** Where git reads what was fetched. */
  get place(): GitPlace {
    const { environment } = this.#options;
    return { cwd: this.#place.repository, environment, variables: this.#variables };
  }

  /** Null: nothing was fetched yet, or the mirror is damaged. */
  async tip(): Promise<Tip | null> {
    const ref = await this.#text(['symbolic-ref', '--quiet', 'HEAD']);
    const commit = await this.#text(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']);
    if (ref === null || commit === null || !this.#isWanted(ref)) return null;
    return (await this.has(commit)) ? { commit, ref } : null;
  }

  /** Whether the commit and its tree are there. */
  async has(commit: string): Promise<boolean> {
    return (await this.#run(['cat-file', '-e', `${commit}^{tree}`])).ok;
  }

  ancestry(base: Base, tip: string): Promise<Ancestry> {
    const { maxDepth } = this.#options.git;
    return ancestryOf({ base: base.commit, whole: base.whole, tip, maxDepth }, this.place);
  }

  /** Asks the remote, fetches what it names now, and goes back to the base. The error is one line. */
  async update(base: Base | null): Promise<Result<Tip, string>> {
    return this.#locked(async (variables) => {
      const named = await this.#ask(variables);
      if (!named.ok) return named;
      const isDamaged = !(await this.#isSound());
      const before = isDamaged ? null : await this.tip();
      const isNew = before?.ref !== named.value.name || !(await this.#isAt(named.value));
      if (isNew || isDamaged) {
        const fetched = await this.#fetchNamed(named.value, { variables, isDamaged });
        if (!fetched.ok) return fetched;
      }
      const tip = await this.tip();
      if (tip === null) return err('what was fetched cannot be read');
      const reached = base === null ? ok(true) : await this.#reach(base, tip, variables);
      await this.#fetchTags(tip, variables);
      if ((await packCount(this.#place.repository)) > MAX_PACKS)
        await this.#run(['repack', '-a', '-d', '-q']);
      return reached.ok ? ok(tip) : reached;
    });
  }

  /** Fetches older commits. False if there are none, if no more may be fetched, or if the remote does not answer. */
  async deepen(): Promise<boolean> {
    const deeper = await this.#locked(async (variables) => {
      const tip = await this.tip();
      const count = Number(await this.#text(['rev-list', '--count', 'HEAD']));
      const isShallow = (await this.#text(['rev-parse', '--is-shallow-repository'])) === 'true';
      const more = Math.min(Math.max(FIRST_DEEPENING, count), this.#options.git.maxDepth - count);
      if (tip === null || !isShallow || !(more > 0)) return err('there is no more to fetch');
      const ends = await shallowCommits(this.#place.repository);
      const fetched = await this.#deepen(tip, more, variables);
      // A remote that is a shallow clone itself answers, and has no more.
      const isSame = isDeepStrictEqual(ends, await shallowCommits(this.#place.repository));
      return isSame ? err('there is no more to fetch') : fetched;
    });
    return deeper.ok;
  }

  /** Fetches everything again: something of what is there could not be read. */
  async rebuild(base: Base | null): Promise<Result<Tip, string>> {
    const rebuilt = await this.#locked(async (variables) => {
      const named = await this.#ask(variables);
      return named.ok ? this.#fetchNamed(named.value, { variables, isDamaged: true }) : named;
    });
    return rebuilt.ok ? this.update(base) : rebuilt;
  }

  async #locked<T>(
    work: (variables: Record<string, string>) => Promise<Result<T, string>>,
  ): Promise<Result<T, string>> {
    const { git, folder } = this.#options;
    const access = await remoteVariables(git, folder, this.#options);
    if (!access.ok) return access;
    let release: (() => void) | null = null;
    try {
      release = await this.#options.lock();
      if (release === null) return err('another process is fetching into the mirror');
      await tidyFolder(this.#place, ownGitConfig(git));
      return await work(access.value);
    } catch (error) {
      if (!isIoError(error)) throw error;
      return err(`the mirror ${folder} cannot be used: ${ioReason(error)}`);
    } finally {
      release?.();
    }
  }

  async #ask(variables: Record<string, string>): Promise<Result<RemoteRef, string>> {
    const { git, folder } = this.#options;
    const wanted = wantedRef(git);
    const asked = await this.#run(['ls-remote', '--quiet', '--', git.url.url, wanted], {
      ...{ cwd: folder, variables },
      maxBytes: MAX_REFS_BYTES,
      timeoutMs: ASK_SECONDS * 1000,
    });
    return asked.ok ? chosenRef(asked.value.toString('utf8'), wanted) : failure(asked.error, ASK_SECONDS);
  }

  /** What HEAD leads to, without peeling. */
  async #isAt({ name, id }: RemoteRef): Promise<boolean> {
    return (await this.#text(['rev-parse', '--quiet', '--verify', name])) === id;
  }

  /** As far as can be told without reading everything. */
  async #isSound(): Promise<boolean> {
    if ((await this.#text(['rev-parse', '--is-bare-repository'])) !== 'true') return false;
    const refs = await this.#text(['for-each-ref', '--format=%(refname)']);
    return refs !== null && (refs === '' || (await this.tip()) !== null);
  }

  /**
   * Into the mirror there is, if that is sound. A fetch that fails although the remote has just answered may be its
   * fault, or it may be full of what is no longer needed, so that is tried once more into a new one.
   */
  async #fetchNamed(
    ref: RemoteRef,
    { variables, isDamaged }: { readonly variables: Record<string, string>; readonly isDamaged: boolean },
  ): Promise<Result<true, string>> {
    const { repository } = this.#place;
    if (!isDamaged) {
      const fetched = await this.#fetch(repository, ref.name, { variables, depth: '--depth=1' });
      if (fetched.ok) return fetched;
      if (!['refused', 'too-much'].includes(fetched.error.kind)) return failure(fetched.error, FETCH_SECONDS);
    }
    const fresh = freshRepository(this.#place);
    await rm(fresh, { recursive: true, force: true });
    const made = await this.#run(['init', '--quiet', '--bare', '--template=', '--', fresh], {
      cwd: this.#place.folder,
    });
    if (!made.ok) return failure(made.error, FETCH_SECONDS);
    const fetched = await this.#fetch(fresh, ref.name, { variables, depth: '--depth=1' });
    if (!fetched.ok) return failure(fetched.error, FETCH_SECONDS);
    await this.#rescue(fresh);
    await replaceRepository(this.#place, fresh);
    return ok(true);
  }

  /** The commit in force, which the remote may no longer have. */
  async #rescue(fresh: string): Promise<void> {
    const args = ['fetch', '--quiet', '--no-tags', '--update-shallow', '--depth=1', '--no-write-fetch-head'];
    await this.#run([...args, '--', this.#place.repository, `+${IN_FORCE}:${IN_FORCE}`], {
      cwd: fresh,
      variables: { ...this.#variables, GIT_ALLOW_PROTOCOL: 'file' },
      timeoutMs: FETCH_SECONDS * 1000,
    });
  }

  async #fetch(
    repository: string,
    name: string,
    { variables, depth }: { readonly variables: Record<string, string>; readonly depth: string },
  ): Promise<Result<true, GitFailure>> {
    const tooLarge = new AbortController();
    const timer = setInterval(() => void this.#measure(repository, tooLarge), MEASURE_EVERY_MS);
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', depth];
    try {
      const fetched = await this.#run([...args, '--', this.#options.git.url.url, `+${name}:${name}`], {
        ...{ cwd: repository, variables },
        timeoutMs: FETCH_SECONDS * 1000,
        signal: AbortSignal.any([tooLarge.signal, this.#options.signal]),
      });
      if (tooLarge.signal.aborted) return err({ kind: 'too-much', code: null, complaint: '' });
      if (!fetched.ok) return fetched;
      await this.#run(['symbolic-ref', 'HEAD', name], { cwd: repository });
      return ok(true);
    } finally {
      clearInterval(timer);
    }
  }

  async #measure(repository: string, tooLarge: AbortController): Promise<void> {
    if ((await packBytes(repository)) > MAX_MIRROR_BYTES) tooLarge.abort();
  }

  async #reach(base: Base, tip: Tip, variables: Record<string, string>): Promise<Result<true, string>> {
    const { maxDepth } = this.#options.git;
    const question = { base: base.commit, whole: base.whole, tip: tip.commit, maxDepth };
    const deepen = (count: number) => this.#deepen(tip, count, variables);
    await this.#keep(base);
    const reached = await reachBase(question, { place: this.place, deepen });
    await this.#keep(base);
    return reached;
  }

  async #deepen(
    { ref }: Tip,
    count: number,
    variables: Record<string, string>,
  ): Promise<Result<true, string>> {
    const depth = `--deepen=${count}`;
    const fetched = await this.#fetch(this.#place.repository, ref, { variables, depth });
    return fetched.ok ? fetched : failure(fetched.error, FETCH_SECONDS);
  }

  /** Whatever becomes of it at the remote. */
  async #keep({ commit }: Base): Promise<void> {
    if (await this.has(commit)) await this.#run(['update-ref', IN_FORCE, commit]);
  }

  /** Without them a commit may be held; what is fetched with it is not in vain. */
  async #fetchTags(tip: Tip, variables: Record<string, string>): Promise<void> {
    const { git } = this.#options;
    if (!mayBeApproved(git)) return;
    const remote = { variables, maxBytes: MAX_REFS_BYTES, timeoutMs: ASK_SECONDS * 1000 };
    const run: TagFetch['run'] = (args, more) => this.#run(args, more);
    await fetchApprovingTags(tip, { url: git.url.url, run, remote });
  }

  #isWanted(ref: string): boolean {
    const wanted = wantedRef(this.#options.git);
    return wanted.includes('*') ? ref.startsWith('refs/tags/') : ref === wanted;
  }

  #run(args: readonly string[], run: Partial<GitRun> = {}): Promise<Result<Buffer, GitFailure>> {
    const { signal } = this.#options;
    return runGit(args, { ...this.place, signal, ...run });
  }

  /** Trimmed; null if git fails. */
  async #text(args: readonly string[]): Promise<string | null> {
    const done = await this.#run(args);
    return done.ok ? done.value.toString('utf8').trim() : null;
  }
}

const failure = (error: GitFailure, seconds: number) => err(complaintText(error, seconds));
