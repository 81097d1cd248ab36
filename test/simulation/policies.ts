// The policies of a simulated estate: versions of files that someone edits, and which of them are in force in
// a process that has loaded some of the versions. That second part is kept here a second time, apart from the
// daemon's own keeper, for the checks to judge by.
import type { Rule } from '../../reconciler/model/rule.ts';
import type { DesiredState } from '../../reconciler/model/group.ts';
import {
  noKinds,
  OUTSIDE_GIT,
  type LoadedPolicies,
  type Source,
  type SourceFile,
} from '../../daemon/source/source.ts';
import { IGNORED_PROTOCOLS, IGNORED_TEXT, yamlRule, type GroupKind } from './rules.ts';

/** One of those in which rules may name protocols by number. */
export const REGION = 'ap-southeast-1';

/** A rule of a policy, which may end by itself. */
export interface SimRule extends Rule {
  /** On the machine's clock. */
  readonly expiresAtMs?: number;
}

/** What a policy says of one group. */
export interface SimPolicy {
  readonly group: GroupKind;
  readonly mode: 'enforce' | 'additive' | 'observe';
  /** Leaves rules alone that describe themselves as someone else's. */
  readonly ignores: boolean;
  /** Null: the direction is not managed. */
  readonly rules: Readonly<Record<Rule['direction'], readonly SimRule[] | null>>;
  readonly selector: 'id' | 'name' | 'tags';
  /** Whether no other group is on the interfaces of its members. */
  readonly alone: boolean;
}

/** The policy without the rules that have ended by then. */
export function inForceAt(policy: SimPolicy, nowMs: number): SimPolicy {
  const lasting = (rules: readonly SimRule[] | null) =>
    rules?.filter(({ expiresAtMs = Infinity }) => expiresAtMs > nowMs) ?? null;
  return {
    ...policy,
    rules: { ingress: lasting(policy.rules.ingress), egress: lasting(policy.rules.egress) },
  };
}

/** How long after its end a rule may still be held for one that is wanted: in a plan that was under way, or asleep. */
const ENDING_MS = 300_000;

export const isEnding = ({ rules }: SimPolicy, nowMs: number): boolean =>
  [...(rules.ingress ?? []), ...(rules.egress ?? [])].some(
    ({ expiresAtMs = Infinity }) => expiresAtMs < nowMs + 1000 && nowMs < expiresAtMs + ENDING_MS,
  );

/** A file with no groups is as good as gone. */
export type SimFile =
  { readonly kind: 'good'; readonly groups: readonly SimPolicy[] } | { readonly kind: 'broken' };

export interface PolicyVersion {
  readonly number: number;
  readonly files: ReadonlyMap<string, SimFile>;
}

export const revisionOf = (version: PolicyVersion): string => `v${version.number}`;

/** The work tree of the policies: one version after the other, and those who wait for changes. */
export class PolicyTree {
  #current: PolicyVersion;
  readonly #listeners = new Map<() => void, PolicyView>();
  /** What the last process that noted it in its journal had in force. */
  #noted: PolicyView | null = null;
  /** By the state that was noted: another replica may find an earlier one than the last. */
  readonly #notedAs = new WeakMap<DesiredState, PolicyView>();

  constructor(files: ReadonlyMap<string, SimFile>) {
    this.#current = { number: 1, files };
  }

  get current(): PolicyVersion {
    return this.#current;
  }

  names(groupId: string): boolean {
    return [...this.#current.files.values()].some(
      (file) => file.kind === 'good' && file.groups.some(({ group }) => group.id === groupId),
    );
  }

  /** A process writes into the journal what it has in force. */
  note(desired: DesiredState, view: PolicyView): void {
    this.#noted = view.copy();
    this.#notedAs.set(desired, this.#noted);
  }

  /** What a process has in force that finds this in the journal. */
  recall(desired: DesiredState | null, view: PolicyView): void {
    const noted = (desired === null ? undefined : this.#notedAs.get(desired)) ?? this.#noted;
    if (desired !== null && noted !== null) view.beginWith(noted);
  }

  write(file: string, content: SimFile): void {
    const files = new Map(this.#current.files).set(file, content);
    this.#current = { number: this.#current.number + 1, files };
  }

  /** What a watcher reports, some time after a write. */
  notify(): void {
    for (const listener of this.#listeners.keys()) listener();
  }

  /** The tree as the daemon's source, for one process, which does by `run` what comes from outside. */
  source(view: PolicyView, run: (work: () => void) => void): Source {
    return {
      load: () => {
        view.take(this.#current);
        return Promise.resolve(loaded(this.#current));
      },
      watch: (onChange) => {
        const listener = () => run(onChange);
        this.#listeners.set(listener, view);
        const close = () => {
          this.#listeners.delete(listener);
          return Promise.resolve();
        };
        return Promise.resolve({ close });
      },
      refresh: () => Promise.resolve(),
      remote: () => null,
    };
  }

  /** A process that died listens no more. */
  forgetListeners(of: PolicyView): void {
    for (const [listener, view] of this.#listeners) if (view === of) this.#listeners.delete(listener);
  }
}

/**
 * What is in force in one process after each version that it loaded: a broken file keeps its groups. A process begins with
 * what the journal says was in force.
 */
export class PolicyView {
  #inForce = new Map<string, { readonly file: string; readonly policy: SimPolicy }>();
  readonly #byRevision = new Map<string, ReadonlyMap<string, SimPolicy>>();

  beginWith(before: PolicyView): void {
    this.#inForce = before.#inForce;
    for (const [revision, policies] of before.#byRevision) this.#byRevision.set(revision, policies);
  }

  copy(): PolicyView {
    const copy = new PolicyView();
    copy.beginWith(this);
    return copy;
  }

  take(version: PolicyVersion): void {
    const next = new Map<string, { readonly file: string; readonly policy: SimPolicy }>();
    for (const [id, held] of this.#inForce) {
      if (version.files.get(held.file)?.kind === 'broken') next.set(id, held);
    }
    for (const [file, content] of version.files) {
      if (content.kind === 'broken') continue;
      for (const policy of content.groups) next.set(policy.group.id, { file, policy });
    }
    this.#inForce = next;
    const policies = new Map([...next].map(([id, { policy }]) => [id, policy]));
    this.#byRevision.set(revisionOf(version), policies);
  }

  /** What the revision said of the group when this process loaded it. */
  policyOf(group: string, revision: string): SimPolicy | undefined {
    return this.#byRevision.get(revision)?.get(group);
  }
}

function loaded(version: PolicyVersion): LoadedPolicies {
  const files = [...version.files]
    .filter(([, content]) => content.kind === 'broken' || content.groups.length > 0)
    .map(([path, content]): SourceFile => ({
      path,
      file: `policies/${path}`,
      bytes: Buffer.from(fileText(content)),
      stamp: `${revisionOf(version)} ${path}`,
      // Versions stand for commits: one that is the beginning of the one before is meant to be.
      inGit: 'commit',
    }));
  return {
    files,
    unreadable: [],
    content: `sha256:${revisionOf(version)}`,
    revision: revisionOf(version),
    ...OUTSIDE_GIT,
    kinds: noKinds('policies'),
  };
}

function fileText(file: SimFile): string {
  if (file.kind === 'broken') return 'version: 1\ngroups:\n  - id: sg-half';
  return ['version: 1', 'groups:', ...file.groups.flatMap(groupLines), ''].join('\n');
}

const ignoring = (protocol: string): string => `{description: "${IGNORED_TEXT}*", protocol: ${protocol}}`;

function groupLines(policy: SimPolicy): string[] {
  const { group, mode, ignores, rules, selector, alone } = policy;
  return [
    selectorLine(selector, group.id),
    `    region: ${REGION}`,
    `    mode: ${mode}`,
    ...(alone ? ['    alone: true'] : []),
    ...(ignores ? [`    ignore: [${IGNORED_PROTOCOLS.map(ignoring).join(', ')}]`] : []),
    ...directionLines('ingress', rules.ingress),
    ...directionLines('egress', rules.egress),
  ];
}

function selectorLine(selector: SimPolicy['selector'], id: string): string {
  switch (selector) {
    case 'id':
      return `  - id: ${id}`;
    case 'name':
      return `  - name: ${nameOf(id)}`;
    case 'tags':
      return `  - tags: {${TAG}: ${id}}`;
  }
}

function directionLines(direction: Rule['direction'], rules: readonly SimRule[] | null): string[] {
  if (rules === null) return [];
  if (rules.length === 0) return [`    ${direction}: []`];
  return [`    ${direction}:`, ...rules.map((rule) => `      - ${yamlRule(rule, expiry(rule))}`)];
}

const expiry = ({ expiresAtMs }: SimRule): string[] =>
  expiresAtMs === undefined ? [] : [`expires: ${new Date(expiresAtMs).toISOString()}`];

/** What the policy says of its group, as a file says it. */
export const policyText = (policy: SimPolicy): string => groupLines(policy).join('\n');

/** Its value is the group's id, in the simulated cloud. */
export const TAG = 'simulated';

/** The name of a group in the simulated cloud. */
export const nameOf = (groupId: string): string => `name-of-${groupId}`;
