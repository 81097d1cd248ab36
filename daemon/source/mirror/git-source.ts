// Policies from a commit of a git repository. What the remote names is fetched into a mirror now and then; what is
// loaded comes from the mirror alone, so a remote that does not answer holds up nothing.
import { createHash } from 'node:crypto';
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import type { Problem, ProblemCode } from '../../../reconciler/model/problem.ts';
import type { Clock } from '../../clock.ts';
import type { GitSettings } from '../../config/sections/git-schema.ts';
import type { PolicyLimits } from '../../config/sections/policies-schema.ts';
import {
  noKinds,
  OUTSIDE_GIT,
  unreadable,
  type LoadedPolicies,
  type PolicyFolder,
  type RemoteStatus,
  type Source,
  type Watcher,
} from '../source.ts';
import { rememberVerdicts, type Verifier } from '../verify/remember-verdicts.ts';
import { troubleOfKeys, verifyRevision } from '../verify/verify.ts';
import { BlobCache } from './blob-cache.ts';
import { approvalIn } from './approving-commit.ts';
import { baseOf, chooseCommit, type Choice, type ChoosePorts, type Chosen } from './choose.ts';
import { readCommitFacts } from './commit-facts.ts';
import { readCommitPolicies, treeId } from './commit-policies.ts';
import type { Mirror } from './mirror.ts';
import { wantedRef } from './remote-ref.ts';
import type { SourceStanding } from './standing.ts';
import { unverifiedInForce } from './unverified-in-force.ts';

export interface GitSourceOptions {
  readonly git: GitSettings;
  readonly limits: PolicyLimits;
  readonly mirror: Mirror;
  readonly standing: () => Promise<SourceStanding>;
  readonly clock: Clock;
  /** Called after each question to the remote. */
  readonly onAnswer: (remote: RemoteStatus) => void;
}

export class GitSource implements Source {
  readonly #options: GitSourceOptions;
  readonly #verify: Verifier = rememberVerdicts(verifyRevision);
  readonly #verifyInForce: Verifier = rememberVerdicts(verifyRevision);
  readonly #blobs = new BlobCache();
  #remote: RemoteStatus;
  /** Of the choice that was loaded last. */
  #loaded: string | null = null;
  #onChange: () => void = () => undefined;
  #asking: Promise<void> | null = null;
  /** Runs when `#asking` has come to its end, for whoever asked meanwhile. */
  #next: Promise<void> | null = null;

  constructor(options: GitSourceOptions) {
    this.#options = options;
    const { git } = options;
    this.#remote = { url: git.url.url, ref: wantedRef(git), tip: null, answeredAtMs: null, error: null };
  }

  remote(): RemoteStatus {
    return this.#remote;
  }

  /** Whoever asks while a question is under way gets the answer to a later one: there may be news since. */
  refresh(): Promise<void> {
    if (this.#asking === null) return (this.#asking = this.#ask().finally(() => (this.#asking = null)));
    return (this.#next ??= this.#asking.then(() => {
      this.#next = null;
      return this.refresh();
    }));
  }

  async load(): Promise<LoadedPolicies> {
    const standing = await this.#options.standing();
    // With nothing in force there is nothing to go on with meanwhile.
    if (standing.inForce === null && !this.#wasAsked) await (this.#asking ?? this.refresh());
    const choice = await this.#choose(standing);
    this.#loaded = choiceKey(choice);
    const { commit, held } = choice;
    const stays = await this.#staysUnverified(choice, standing);
    const told = [...choice.warnings, ...stays, ...(await this.#keyTroubles(choice))];
    const warnings = told.map((message) => this.#warning(message));
    if (commit === null) return { ...this.#nothing(choice), held, warnings };
    const read = await this.#read(commit, standing);
    if (read === null) return { ...this.#lost(commit), held, warnings };
    return { ...read, held, warnings };
  }

  watch(onChange: () => void, onFailure?: (error: unknown) => void): Promise<Watcher> {
    this.#onChange = onChange;
    const stopping = new AbortController();
    const polling = this.#poll(stopping.signal).catch(onFailure);
    return Promise.resolve({
      close: () => {
        stopping.abort();
        return polling;
      },
    });
  }

  get #wasAsked(): boolean {
    return this.#remote.answeredAtMs !== null || this.#remote.error !== null;
  }

  async #poll(stopping: AbortSignal): Promise<void> {
    const { clock, git } = this.#options;
    // A start with nothing in force has just asked, and would only hear the same again.
    let isAsked = this.#wasAsked;
    while (!stopping.aborted) {
      if (!isAsked) await unlessAborted(this.refresh(), stopping);
      isAsked = false;
      await clock.sleep(git.pollSeconds * 1000, stopping);
    }
  }

  async #ask(): Promise<void> {
    const { mirror, standing, git, clock, onAnswer } = this.#options;
    const known = await standing();
    const tip = await mirror.update((named) => baseOf(known, git, named));
    this.#remote = tip.ok
      ? { ...this.#remote, tip: tip.value.commit, answeredAtMs: clock.nowMs(), error: null }
      : { ...this.#remote, error: tip.error };
    onAnswer(this.#remote);
    let choice = await this.#choose(known);
    while (choice.isCut && (await mirror.deepen())) choice = await this.#choose(known);
    if (this.#loaded !== null && choiceKey(choice) !== this.#loaded) this.#onChange();
  }

  async #choose(standing: SourceStanding): Promise<Choice> {
    return chooseCommit(await this.#options.mirror.tip(), standing, this.#ports);
  }

  get #ports(): ChoosePorts {
    const { git, mirror, clock } = this.#options;
    return { git, mirror, verify: this.#verify, nowMs: () => clock.nowMs() };
  }

  async #staysUnverified({ commit }: Choice, { inForce }: SourceStanding): Promise<string[]> {
    if (commit?.isInForce !== true || inForce === null) return [];
    const warning = await unverifiedInForce(inForce, { ...this.#ports, verify: this.#verifyInForce });
    return warning === null ? [] : [warning];
  }

  /** Null: the mirror does not have it. One that is damaged is fetched again first. */
  async #read(commit: Chosen, standing: SourceStanding): Promise<LoadedPolicies | null> {
    const read = await this.#readOnce(commit, standing);
    if (read !== null) return read;
    const { git, mirror } = this.#options;
    const rebuilt = await mirror.rebuild((tip) => baseOf(standing, git, tip));
    return rebuilt.ok ? this.#readOnce(commit, standing) : null;
  }

  async #readOnce(chosen: Chosen, { inForce }: SourceStanding): Promise<LoadedPolicies | null> {
    const { id, signers, tag } = chosen;
    const { mirror, git, limits } = this.#options;
    const at = { commit: id, path: git.path };
    const folder = await readCommitPolicies(at, limits, { ...mirror.place, blobs: this.#blobs });
    const facts = inForce?.id === id ? inForce : await readCommitFacts(id, mirror.place);
    if (folder === null || facts === null) return null;
    const tree = await treeId(at, mirror.place);
    const approval = chosen.isInForce ? null : await approvalIn(chosen, inForce, this.#ports);
    return { ...loadedAt(folder, { ...facts, signers, tag }), content: `tree:${tree ?? ''}`, approval };
  }

  /** Nothing may be taken, and nothing is in force. */
  #nothing({ held }: Choice): LoadedPolicies {
    const { url, ref, error } = this.#remote;
    if (held !== null) {
      const message = `commit ${held.revision.slice(0, 12)} of ${ref} at ${url} is held: ${held.message}`;
      return this.#unread('policies-held', message, '');
    }
    const why = error ?? 'nothing was fetched yet';
    const message = `no commit of ${ref} at ${url} can be read: ${why}`;
    return this.#unread('policies-unreachable', message, REMOTE_HINT);
  }

  #lost({ id }: Chosen): LoadedPolicies {
    const { url, error } = this.#remote;
    const why = error ?? 'the remote does not have it any more';
    const message = `commit ${id.slice(0, 12)} of ${url} is not in the mirror: ${why}`;
    return { ...this.#unread('policies-unreachable', message, REMOTE_HINT), revision: id };
  }

  #unread(code: ProblemCode, message: string, hint: string): LoadedPolicies {
    const root = shownRoot(this.#options.git);
    const content = `tree:${createHash('sha256').update(message).digest('hex')}`;
    const trouble = unreadable('', { file: root, code, message, hint });
    return { ...OUTSIDE_GIT, files: [], unreadable: [trouble], kinds: noKinds(root), content, revision: '' };
  }

  /** Said before a newer commit comes and is held for it. */
  async #keyTroubles({ held }: Choice): Promise<readonly string[]> {
    const trouble = await troubleOfKeys(this.#options.git.verify);
    return trouble === null || held?.message === trouble
      ? []
      : [`${trouble}; no newer commit is taken until that is mended`];
  }

  #warning(message: string): Problem {
    const file = shownRoot(this.#options.git);
    return { ...unreadable('', { file, code: 'verify', message }).problem, severity: 'warning' };
  }
}

const REMOTE_HINT =
  'check `url`, `ref` and `auth` of `policies.git` in the config, and that this machine may reach the remote';

const shownRoot = ({ path }: GitSettings): string => (path === '' ? '.' : path);

function loadedAt(folder: PolicyFolder, facts: CommitFacts): Omit<LoadedPolicies, 'content'> {
  return { ...folder, ...OUTSIDE_GIT, revision: facts.id, commit: facts.id, facts };
}

/** Equal for two choices from which the same would be loaded, and of which the same would be said. */
const choiceKey = ({ commit, held }: Choice): string =>
  JSON.stringify([commit?.id, commit?.tag, held?.revision, held?.reason, held?.message]);

/** Resolves at the abort, if the work is not done by then. Leaves nothing behind on the signal, which lives for long. */
function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
