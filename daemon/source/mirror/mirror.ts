// A bare repository of our own that holds what the remote named last, as shallow as can be. It is fetched into under a
// lock, and read from without one: commits do not change. What is wrong with it costs a fetch, never a policy: a mirror
// that is damaged is made again.
import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { GitFailure } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';
import { shortId } from '../verify/verdict.ts';
import { ancestryOf, shallowCommits, type Ancestry } from './ancestry.ts';
import { fetchApprovingTags, mayBeApproved, type TagFetch } from './fetch/approving-tags.ts';
import { boundedFetch, fetchFailure } from './fetch/bounded-fetch.ts';
import { complaintText } from './fetch/complaint.ts';
import { underLock } from './fetch/locked.ts';
import { fetchAsHead, IN_FORCE, makeAgain } from './fetch/made-again.ts';
import { packCount } from './fetch/mirror-folder.ts';
import { MirrorGit, type MirrorOptions } from './fetch/mirror-git.ts';
import { FIRST_DEEPENING, reachBase } from './fetch/reach.ts';
import { chosenRef, MAX_REFS_BYTES, otherRefs, wantedRef, type RemoteRef } from './remote-ref.ts';

/** What the remote named last. */
export interface Tip {
  readonly commit: string;
  /** In full. */
  readonly ref: string;
}

/** A commit that must be there. */
export type Base =
  /** The newer ones are to be told to descend from it. `whole`: every commit after it is needed. */
  | { readonly kind: 'ancestor'; readonly commit: string; readonly whole: boolean }
  /** It is to be taken, wherever it stands in the history; `tag`: in full, led to it; null: none did. */
  | { readonly kind: 'chosen'; readonly commit: string; readonly tag: string | null };

/** Each fetch leaves a pack; beyond this many they are made one. */
const MAX_PACKS = 40;
const CHOSEN = 'refs/rampart/chosen';

export class Mirror {
  readonly #git: MirrorGit;

  constructor(options: MirrorOptions) {
    this.#git = new MirrorGit(options);
  }

  /** Where git reads what was fetched. */
  get place(): GitPlace {
    return this.#git.place;
  }

  /** Null: nothing was fetched yet, or the mirror is damaged. */
  async tip(): Promise<Tip | null> {
    const ref = await this.#git.text(['symbolic-ref', '--quiet', 'HEAD']);
    const commit = await this.#git.text(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']);
    if (ref === null || commit === null || !this.#isWanted(ref)) return null;
    return (await this.has(commit)) ? { commit, ref } : null;
  }

  /** Whether the commit and its tree are there. */
  async has(commit: string): Promise<boolean> {
    return (await this.#git.run(['cat-file', '-e', `${commit}^{tree}`])).ok;
  }

  ancestry(base: { readonly commit: string; readonly whole: boolean }, tip: string): Promise<Ancestry> {
    const { maxDepth } = this.#git.options.git;
    return ancestryOf({ base: base.commit, whole: base.whole, tip, maxDepth }, this.place);
  }

  /** Asks the remote, fetches what it names now, and goes back to the base. The error is one line. */
  async update(baseOf: (tip: Tip) => Base | null): Promise<Result<Tip, string>> {
    return underLock(this.#git, async (variables) => {
      const named = await this.#ask(variables);
      if (!named.ok) return named;
      const fetched = await this.#fetchNamed(named.value, variables);
      if (!fetched.ok) return fetched;
      const tip = await this.tip();
      if (tip === null) return err('what was fetched cannot be read');
      const base = baseOf(tip);
      const reached = base === null ? ok(true) : await this.#reach(base, tip, variables);
      await this.#fetchTags(tip, base, variables);
      if ((await packCount(this.place.cwd)) > MAX_PACKS) await this.#git.run(['repack', '-a', '-d', '-q']);
      return reached.ok ? ok(tip) : reached;
    });
  }

  /** Fetches older commits. False if there are none, if no more may be fetched, or if the remote does not answer. */
  async deepen(): Promise<boolean> {
    const deeper = await underLock(this.#git, async (variables) => {
      const tip = await this.tip();
      const count = Number(await this.#git.text(['rev-list', '--count', 'HEAD']));
      const isShallow = (await this.#git.text(['rev-parse', '--is-shallow-repository'])) === 'true';
      const more = Math.min(Math.max(FIRST_DEEPENING, count), this.#git.options.git.maxDepth - count);
      if (tip === null || !isShallow || !(more > 0)) return err('there is no more to fetch');
      const ends = await shallowCommits(this.place.cwd);
      const fetched = await this.#deepen(tip, more, variables);
      // A remote that is a shallow clone itself answers, and has no more.
      const isSame = isDeepStrictEqual(ends, await shallowCommits(this.place.cwd));
      return isSame ? err('there is no more to fetch') : fetched;
    });
    return deeper.ok;
  }

  /** Fetches everything again: something of what is there could not be read. */
  async rebuild(baseOf: (tip: Tip) => Base | null): Promise<Result<Tip, string>> {
    const rebuilt = await underLock(this.#git, async (variables) => {
      const named = await this.#ask(variables);
      return named.ok ? makeAgain(this.#git, named.value.name, variables) : named;
    });
    return rebuilt.ok ? this.update(baseOf) : rebuilt;
  }

  async #ask(variables: Record<string, string>): Promise<Result<RemoteRef, string>> {
    const { options, bounds } = this.#git;
    const { git, folder } = options;
    const wanted = wantedRef(git);
    const asked = await this.#git.run(['ls-remote', '--quiet', '--', git.url.url, wanted], {
      ...{ cwd: folder, variables },
      maxBytes: MAX_REFS_BYTES,
      timeoutMs: bounds.askSeconds * 1000,
    });
    if (!asked.ok) return err(complaintText(asked.error, { git, seconds: bounds.askSeconds }));
    const chosen = chosenRef(asked.value.toString('utf8'), wanted);
    return chosen.ok ? chosen : err(`${chosen.error}${await this.#othersThan(wanted, variables)}`);
  }

  /** What the remote has in place of a ref, to go on with; empty if that is not known. */
  async #othersThan(wanted: string, variables: Record<string, string>): Promise<string> {
    const { options, bounds } = this.#git;
    const args = ['ls-remote', '--quiet', '--refs', '--heads', '--tags', '--', options.git.url.url];
    const listed = await this.#git.run(args, {
      ...{ cwd: options.folder, variables },
      maxBytes: MAX_REFS_BYTES,
      timeoutMs: bounds.askSeconds * 1000,
    });
    return listed.ok ? otherRefs(listed.value.toString('utf8'), wanted) : '';
  }

  /** What HEAD leads to, without peeling. */
  async #isAt({ name, id }: RemoteRef): Promise<boolean> {
    return (await this.#git.text(['rev-parse', '--quiet', '--verify', name])) === id;
  }

  /** As far as can be told without reading everything. */
  async #isSound(): Promise<boolean> {
    if ((await this.#git.text(['rev-parse', '--is-bare-repository'])) !== 'true') return false;
    const refs = await this.#git.text(['for-each-ref', '--format=%(refname)']);
    return refs !== null && (refs === '' || (await this.tip()) !== null);
  }

  /**
   * Into the mirror there is, if that is sound and lacks it. A fetch that fails although the remote has just answered
   * may be its fault, or it may be full of what is no longer needed, so that is tried once more into a new one.
   */
  async #fetchNamed(ref: RemoteRef, variables: Record<string, string>): Promise<Result<true, string>> {
    if (!(await this.#isSound())) return makeAgain(this.#git, ref.name, variables);
    if ((await this.tip())?.ref === ref.name && (await this.#isAt(ref))) return ok(true);
    const fetch = { repository: this.place.cwd, depth: '--depth=1', variables };
    const fetched = await fetchAsHead(this.#git, ref.name, fetch);
    if (fetched.ok) return fetched;
    if (!['refused', 'too-much'].includes(fetched.error.kind)) return fetchFailure(fetched.error, this.#git);
    return makeAgain(this.#git, ref.name, variables);
  }

  async #reach(base: Base, tip: Tip, variables: Record<string, string>): Promise<Result<true, string>> {
    if (base.kind === 'chosen') return this.#fetchChosen(base, tip, variables);
    return this.#reachAncestor(base, tip, variables);
  }

  async #reachAncestor(
    { commit, whole }: { readonly commit: string; readonly whole: boolean },
    tip: Tip,
    variables: Record<string, string>,
  ): Promise<Result<true, string>> {
    const { maxDepth } = this.#git.options.git;
    const deepen = (count: number) => this.#deepen(tip, count, variables);
    await this.#keep(commit, IN_FORCE);
    const reached = await reachBase(
      { base: commit, whole, tip: tip.commit, maxDepth },
      { place: this.place, deepen },
    );
    await this.#keep(commit, IN_FORCE);
    return reached;
  }

  /** An ancestor is found by going back; what is none, or lies too far back, the remote may hand out by its id. */
  async #fetchChosen(
    { commit, tag }: { readonly commit: string; readonly tag: string | null },
    tip: Tip,
    variables: Record<string, string>,
  ): Promise<Result<true, string>> {
    const repository = this.place.cwd;
    const fetch = { repository, depth: '--depth=1', variables };
    if (
      tag !== null &&
      (await this.#git.text(['rev-parse', '-q', '--verify', `${tag}^{commit}`])) !== commit
    ) {
      const fetched = await boundedFetch(this.#git, { ...fetch, refspec: `+${tag}:${tag}` });
      if (!fetched.ok) return gone(`${tag}, which led to ${shortId(commit)}`, fetched.error, this.#git);
    }
    if (!(await this.has(commit))) await this.#reachAncestor({ commit, whole: false }, tip, variables);
    if (!(await this.has(commit))) {
      const fetched = await boundedFetch(this.#git, { ...fetch, refspec: `+${commit}:${CHOSEN}` });
      if (!fetched.ok) return gone(`commit ${commit}`, fetched.error, this.#git);
    }
    await this.#keep(commit, CHOSEN);
    return ok(true);
  }

  async #deepen(
    { ref }: Tip,
    count: number,
    variables: Record<string, string>,
  ): Promise<Result<true, string>> {
    const fetch = { repository: this.place.cwd, depth: `--deepen=${count}`, variables };
    const fetched = await fetchAsHead(this.#git, ref, fetch);
    return fetched.ok ? fetched : fetchFailure(fetched.error, this.#git);
  }

  /** Whatever becomes of it at the remote. */
  async #keep(commit: string, ref: string): Promise<void> {
    if (await this.has(commit)) await this.#git.run(['update-ref', ref, commit]);
  }

  /** Without them a commit may be held; what is fetched with it is not in vain. */
  async #fetchTags(tip: Tip, base: Base | null, variables: Record<string, string>): Promise<void> {
    const { git } = this.#git.options;
    if (!mayBeApproved(git)) return;
    const seconds = this.#git.bounds.askSeconds;
    const remote = { variables, maxBytes: MAX_REFS_BYTES, timeoutMs: seconds * 1000 };
    const run: TagFetch['run'] = (args, more) => this.#git.run(args, more);
    const chosen = base?.kind === 'chosen' ? base : null;
    const commits = new Set(chosen === null ? [tip.commit] : [tip.commit, chosen.commit]);
    const refs = new Set([tip.ref, chosen?.tag ?? tip.ref]);
    await fetchApprovingTags({ commits, refs }, { url: git.url.url, run, remote });
  }

  #isWanted(ref: string): boolean {
    const wanted = wantedRef(this.#git.options.git);
    return wanted.includes('*') ? ref.startsWith('refs/tags/') : ref === wanted;
  }
}

const gone = (what: string, error: GitFailure, { options, bounds }: MirrorGit) =>
  err(
    `${what} is not in the mirror, and the remote does not hand it out: ${complaintText(error, { git: options.git, seconds: bounds.fetchSeconds })}`,
  );
