// Whether a new revision of the policies is put in force at all. One that takes traffic from many groups at once, or
// drops many of them, is held as a whole until a person approves it: the state before stays in force everywhere, over
// restarts as well.
import { isDeepStrictEqual } from 'node:util';
import { isSameList } from '../../reconciler/model/collections.ts';
import {
  groupKey,
  groupSelectorText,
  placeKey,
  type DesiredGroup,
  type DesiredState,
  type Mode,
} from '../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity } from '../../reconciler/model/rule.ts';
import { isTooMuchLoss, revisionLoss, type RevisionLoss } from '../../reconciler/judge/revision-loss.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import { weakenings } from '../../reconciler/judge/weakenings.ts';
import { desiredHash } from '../../reconciler/plan/hash.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Approval } from '../../reconciler/plan/safety.ts';
import type { GrantedApproval } from '../journal/approvals.ts';
import { MAX_KNOWN_COMMITS, type EstateFacts, type HeldRevision } from '../journal/facts.ts';
import type { JournalDesk } from '../journal/journal.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { LoadedPolicies, RemoteStatus } from '../source/source.ts';
import { heldBySource } from './held-revision.ts';
import { piecemeal } from './rounds/piecemeal.ts';

/** A revision as it was loaded. */
export interface LoadedRevision extends Pick<LoadedPolicies, 'content'> {
  readonly state: DesiredState;
}

/** What comes of a revision: the state in force from now on, and what was held of the newer one. */
export interface GateVerdict {
  readonly state: DesiredState;
  readonly held: HeldRevision | null;
  /** In force before and not any more; empty while the newer one is held. */
  readonly released: readonly DesiredGroup[];
  /** Where the state weakens protection, compared with the one before. */
  readonly weakened: readonly string[];
}

/** What a revision is, compared with the one in force. */
export type RevisionAssessment =
  /** Nothing is in force, or nothing is known of it. */
  | { readonly kind: 'first' }
  | { readonly kind: 'within'; readonly released: readonly DesiredGroup[] }
  | {
      readonly kind: 'approved';
      readonly released: readonly DesiredGroup[];
      readonly approval: GrantedApproval;
    }
  | { readonly kind: 'held'; readonly held: HeldRevision; readonly inForce: DesiredState };

/** Writes nothing: commands that only plan ask it as well. */
export async function assessRevision(
  { clock, live }: Pick<Engine, 'clock' | 'live'>,
  desk: Pick<JournalDesk, 'estateFacts' | 'approvals'>,
  { state, content }: LoadedRevision,
): Promise<RevisionAssessment> {
  const { desired: inForce, held: heldBefore } = await desk.estateFacts();
  if (inForce === null) return { kind: 'first' };
  const { brake } = live();
  const nowMs = clock.nowMs();
  const loss = await piecemeal(revisionLoss(inForce, state, nowMs), clock);
  const { released } = loss;
  const hash = hashOf(content);
  const approval = (await desk.approvals(nowMs)).find((each) => isOfRevision(each, hash));
  if (approval !== undefined && !isSameList(inForce.groups, state.groups)) {
    return { kind: 'approved', released, approval };
  }
  if (brake === 'off' || !isTooMuchLoss(loss, brake.groups)) return { kind: 'within', released };
  const sinceMs = heldBefore?.hash === hash ? heldBefore.sinceMs : nowMs;
  const held = heldRevision({ hash, revision: state.revision, sinceMs, limit: brake.groups }, loss);
  return { kind: 'held', held, inForce };
}

/** A revision, and where it is from. */
export interface GatedRevision extends LoadedRevision {
  readonly source: SourceFacts;
}

export interface SourceFacts extends Pick<LoadedPolicies, 'facts' | 'held'> {
  /** Null: there is none. */
  readonly remote: Pick<RemoteStatus, 'url' | 'ref' | 'tip'> | null;
}

export class RevisionGate {
  readonly #engine: Engine;
  readonly #defaultMode: Mode;
  /** By which the revision in force was let in, what it is about, and the groups that know of it. */
  #approval: Approval | null = null;
  #lifted: ReadonlyMap<string, readonly string[]> = new Map();
  readonly #granted = new Set<string>();
  /** That was let in last. */
  #revision = '';

  constructor(engine: Engine, defaultMode: Mode) {
    this.#engine = engine;
    this.#defaultMode = defaultMode;
  }

  async judge(revision: GatedRevision): Promise<GateVerdict> {
    const found = await assessRevision(this.#engine, this.#engine.journal, revision);
    switch (found.kind) {
      case 'first':
        return this.#letInUnasked(revision, []);
      case 'within':
        return this.#letInUnasked(revision, found.released);
      case 'approved':
        return this.#letInApproved(revision, found.released, found.approval);
      case 'held':
        await this.#engine.journal.setEstateFacts({ held: found.held });
        return { state: found.inForce, held: found.held, released: [], weakened: [] };
    }
  }

  /** What the source holds is told of as what the brake holds: there is one such revision at a time. */
  async #letIn(
    { state: desired, source }: GatedRevision,
    released: readonly DesiredGroup[],
  ): Promise<GateVerdict> {
    const { journal, clock } = this.#engine;
    this.#revision = desired.revision;
    const before = await journal.estateFacts();
    const held = source.held === null ? null : heldBySource(source.held, before.held, clock.nowMs());
    await journal.setEstateFacts({ desired, held, ...commitAfter(before, desired, source) });
    const found = before.desired === null ? [] : weakenings(before.desired, desired, this.#defaultMode);
    return { state: desired, held, released, weakened: found.map(({ message }) => message) };
  }

  /** The approval of a revision is none of the next one. */
  #letInUnasked(revision: GatedRevision, released: readonly DesiredGroup[]): Promise<GateVerdict> {
    if (this.#approval?.planHash !== hashOf(revision.content)) this.#approval = null;
    return this.#letIn(revision, released);
  }

  async #letInApproved(
    revision: GatedRevision,
    released: readonly DesiredGroup[],
    approval: GrantedApproval,
  ): Promise<GateVerdict> {
    const { journal, telemetry } = this.#engine;
    const { by, reason, untilMs, planHash } = approval;
    const { state } = revision;
    telemetry.emit('plan.approved', {
      ...{ revision: state.revision, planHash, by, reason },
      until: new Date(untilMs).toISOString(),
    });
    const { desired: before } = await journal.estateFacts();
    this.#lifted = rulesBefore(before, state);
    this.#approval = approval;
    this.#granted.clear();
    const verdict = await this.#letIn(revision, released);
    await journal.useUpApprovals({ revision: planHash });
    return verdict;
  }

  /**
   * Who approved a revision has approved what its groups lose by it: rules that the revision before asked for. Whatever
   * else a group would lose, also by a revision before it, needs an approval of its own. Targets of another revision than
   * was let in last get none: they are still those before it.
   */
  async grant(targets: readonly GroupPolicy[], revision: string): Promise<void> {
    const approval = this.#approval;
    if (approval === null || revision !== this.#revision) return;
    for (const target of targets) {
      const key = groupKey(target);
      if (this.#granted.has(key)) continue;
      await this.#grantTo(target, approval);
      // A newer one may have come while the journal was asked.
      if (this.#approval !== approval) return;
      this.#granted.add(key);
    }
  }

  async #grantTo(target: GroupPolicy, approval: Approval): Promise<void> {
    const { journal } = this.#engine;
    const losing = this.#lifted.get(entryKey(target));
    const { inForce } = await journal.facts(target);
    if (inForce === null || losing === undefined) return;
    const { account, region, id } = target;
    await journal.approve({
      ...approval,
      group: { account, region, id },
      desiredHash: desiredHash(target),
      losing,
      opening: [],
    });
  }
}

const hashOf = (content: string): string => content.replace(/^\w+:/, '');

/** Given for this revision, or ahead of it. */
const isOfRevision = ({ group, planHash }: GrantedApproval, hash: string): boolean =>
  group === null && planHash === hash;

/** Of a state that is of another revision than its commit, as where nothing of it could be read, nothing is known. */
function commitAfter(
  { commits, rollback }: EstateFacts,
  { revision }: DesiredState,
  { facts, remote }: SourceFacts,
): Partial<EstateFacts> {
  if (remote === null) return { commit: null };
  const { url, ref, tip } = remote;
  // The remote has moved on, and should it go back some day that is something else.
  const isOver = rollback !== null && tip !== null && rollback.from !== tip;
  const ended = isOver ? { rollback: null } : {};
  if (facts?.id !== revision) return ended;
  const others = commits.filter(({ id }) => id !== facts.id);
  return { ...ended, commit: { url, ref, facts }, commits: [...others, facts].slice(-MAX_KNOWN_COMMITS) };
}

const heldRevision = (
  known: Pick<HeldRevision, 'hash' | 'revision' | 'sinceMs'> & { readonly limit: number },
  { losing, released }: RevisionLoss,
): HeldRevision => ({
  ...known,
  reason: 'brake',
  losing: losing.map(({ selector }) => groupSelectorText(selector)),
  released: released.map(({ selector }) => groupSelectorText(selector)),
});

/** Of each entry that asks for other rules than it did: what it asked for. */
function rulesBefore(
  before: DesiredState | null,
  after: DesiredState,
): ReadonlyMap<string, readonly string[]> {
  const same = new Set(before?.groups);
  const known = new Map(before?.groups.map((group) => [desiredGroupKey(group), group]));
  return new Map(
    after.groups.flatMap((group) => {
      const earlier = same.has(group) ? undefined : known.get(desiredGroupKey(group));
      if (earlier === undefined) return [];
      const [then, now] = [earlier, group].map((each) => identitiesOf(each));
      const isOther = !isDeepStrictEqual(new Set(then), new Set(now));
      return isOther && then !== undefined ? [[entryKey(group), then]] : [];
    }),
  );
}

/** The entry of the policies that means the group. */
const entryKey = ({ source, ...place }: Pick<GroupPolicy, 'account' | 'region' | 'source'>): string =>
  JSON.stringify([placeKey(place), source.file, source.line, source.column]);

const identitiesOf = ({ rules }: Pick<GroupPolicy, 'rules'>): string[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule }) => ruleIdentity(rule));
