// Whether enough people stand behind a commit: its signer, the signer of the merge that brought it, and the signers of
// tags on it or on a later commit. The git host is no person. A merge that git alone could have made says nothing of its own,
// so there the commits that it builds on must stand for themselves.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import { dateFault } from '../clock.ts';
import type { CommitObject } from '../objects/commit-object.ts';
import type { History } from '../objects/history.ts';
import { checkSignature, isPlatform, type Checker } from '../signature/check-signature.ts';
import type { CheckedSignature, SignatureFault, Signer } from '../signature/signer.ts';
import { forged, tooFew } from './complaints.ts';
import { automaticTree, mergesOf, reachable } from './merges.ts';
import type { People } from './people.ts';

/** A person's word for a commit and all that it builds on. */
export interface TagApproval {
  readonly commit: string;
  readonly person: string;
}

export interface VerifyContext extends Checker {
  readonly repository: string;
  readonly people: People;
  readonly nowMs: number;
  /** Asked for only where signers are too few. */
  readonly approvals: () => Promise<readonly TagApproval[]>;
}

/** The commits to which one leaves everything: none if people stand behind it; or what is wrong with it. */
type Proven = Result<readonly CommitObject[], SignatureFault>;

/** What is known of a history while its commits are verified. */
export class SignedHistory {
  readonly #context: VerifyContext;
  readonly #history: History;
  readonly #last: CommitObject;
  readonly #byId: ReadonlyMap<string, CommitObject>;
  readonly #merges: ReadonlyMap<string, CommitObject>;
  readonly #signers = new Map<string, Promise<CheckedSignature>>();
  #approvers: Promise<ReadonlyMap<string, ReadonlySet<string>>> | null = null;

  constructor(history: History, last: CommitObject, context: VerifyContext) {
    this.#context = context;
    this.#history = history;
    this.#last = last;
    this.#byId = new Map(history.commits.map((commit) => [commit.id, commit]));
    this.#merges = mergesOf(history.commits, last.id);
  }

  async verify(commit: CommitObject): Promise<Proven> {
    const { settings, people, nowMs } = this.#context;
    const date = dateFault(commit, this.#history.byId, nowMs);
    if (date !== null) return err({ reason: 'clock', message: date });
    const checked = await this.#signerOf(commit);
    if (!checked.ok) return checked;
    const signer = checked.value;
    const { email } = commit.author;
    if (isPlatform(signer, settings)) return this.#verifyHosts(commit, signer);
    if (!people.fitsAuthor(signer, email)) {
      return err({ reason: 'forged-author', message: forged(email, signer, false) });
    }
    const behind = await this.#peopleBehind(commit);
    return behind.size >= settings.minSigners
      ? ok([])
      : this.#leftTo(commit, tooFew(behind, false, settings.minSigners));
  }

  /** Those behind the last commit, and those behind what it merged. */
  async peopleOfLast(): Promise<string[]> {
    const merged = this.#history.commits.filter(
      ({ id }) => this.#merges.get(id) === this.#last && this.#signers.has(id),
    );
    const behind = await Promise.all([this.#last, ...merged].map((commit) => this.#peopleBehind(commit)));
    return [...new Set(behind.flatMap((people) => [...people]))];
  }

  /** A commit that the git host signed: it proves no author, unless there is nothing in it that one could have written. */
  async #verifyHosts(commit: CommitObject, signer: Signer): Promise<Proven> {
    const { minSigners, authors } = this.#context.settings;
    const behind = await this.#peopleBehind(commit);
    if (behind.size < minSigners) return this.#leftTo(commit, tooFew(behind, true, minSigners));
    if (authors.length === 0) return ok([]);
    const merge = await this.#leftTo(commit, '');
    return merge.ok
      ? ok([])
      : err({ reason: 'forged-author', message: forged(commit.author.email, signer, true) });
  }

  /** The parents of a merge that git alone could have made, but for trusted ones; of any other commit, this complaint. */
  async #leftTo(commit: CommitObject, complaint: string): Promise<Proven> {
    const tooFewSigners = err({ reason: 'too-few-signers', message: complaint } as const);
    const parents = commit.parents.map((id) => this.#byId.get(id) ?? null);
    const isJudged = commit.parents.every(
      (id, index) => parents[index] !== null || this.#history.trusted.has(id),
    );
    const [ours, theirs, ...others] = commit.parents;
    if (!isJudged || ours === undefined || theirs === undefined || others.length > 0) return tooFewSigners;
    const { repository, git, trust } = this.#context;
    const tree = await automaticTree([ours, theirs], { repository, git, folder: trust.folder });
    if (!tree.ok) return err({ reason: 'unreadable', message: tree.error, isCut: true });
    return tree.value === commit.tree ? ok(parents.filter((parent) => parent !== null)) : tooFewSigners;
  }

  #signerOf({ id, signature }: CommitObject): Promise<CheckedSignature> {
    const known = this.#signers.get(id);
    if (known !== undefined) return known;
    const asked = checkSignature({ id, type: 'commit', signature }, this.#context);
    this.#signers.set(id, asked);
    return asked;
  }

  async #peopleBehind(commit: CommitObject): Promise<ReadonlySet<string>> {
    const merge = this.#merges.get(commit.id);
    const own = await this.#personOf(commit);
    const found = new Set([...own, ...(merge === undefined ? [] : await this.#personOf(merge))]);
    if (found.size >= this.#context.settings.minSigners) return found;
    this.#approvers ??= this.#askApprovers();
    const approvers = await this.#approvers;
    return new Set([...found, ...(approvers.get(commit.id) ?? [])]);
  }

  /** One or none. */
  async #personOf(commit: CommitObject): Promise<string[]> {
    const { settings, people } = this.#context;
    const signer = await this.#signerOf(commit);
    return signer.ok && !isPlatform(signer.value, settings) ? [people.personOf(signer.value)] : [];
  }

  async #askApprovers(): Promise<Map<string, Set<string>>> {
    const approvers = new Map<string, Set<string>>();
    for (const { commit, person } of await this.#context.approvals()) {
      for (const id of reachable(this.#byId, [commit], new Set())) {
        approvers.set(id, (approvers.get(id) ?? new Set()).add(person));
      }
    }
    return approvers;
  }
}
