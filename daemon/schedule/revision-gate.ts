// Whether a new revision of the policies is put in force at all. One that takes traffic from many groups at once, or
// drops many of them, is held as a whole until a person approves it: the state before stays in force everywhere, over
// restarts as well.
import { isDeepStrictEqual } from 'node:util';
import { groupKey, type DesiredGroup, type DesiredState } from '../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity } from '../../reconciler/model/rule.ts';
import { revisionLoss, type RevisionLoss } from '../../reconciler/judge/revision-loss.ts';
import { desiredHash } from '../../reconciler/plan/hash.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Approval, BrakeSettings, Invocation } from '../../reconciler/plan/safety.ts';
import type { GrantedApproval } from '../journal/approvals.ts';
import type { HeldRevision } from '../journal/facts.ts';
import type { Engine } from '../reconcile/engine.ts';
import { groupSelectorText } from './selectors.ts';

/** What comes of a revision: the state in force from now on, and what was held of the newer one. */
export interface GateVerdict {
  readonly state: DesiredState;
  readonly held: HeldRevision | null;
  /** In force before and not any more; empty while the newer one is held. */
  readonly released: readonly DesiredGroup[];
}

export class RevisionGate {
  readonly #engine: Engine;
  /** By which the revision in force was let in, and the groups that know of it. */
  #approval: Approval | null = null;
  readonly #granted = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @param content the hash of the policies as loaded; it names them in an approval */
  async judge(state: DesiredState, content: string): Promise<GateVerdict> {
    const { journal, clock, live } = this.#engine;
    const { desired: inForce, held: heldBefore } = await journal.estateFacts();
    const { brake } = live();
    const nowMs = clock.nowMs();
    if (inForce === null) return this.#letIn(state, []);
    const loss = revisionLoss(inForce, state, nowMs);
    if (brake === 'off' || !isTooMuch(loss, brake)) return this.#letIn(state, loss.released);
    const hash = hashOf(content);
    const approval = (await journal.approvals(nowMs)).find((each) => isOfRevision(each, hash)) ?? null;
    if (approval !== null) return this.#letInApproved(state, loss.released, approval);
    const sinceMs = heldBefore?.hash === hash ? heldBefore.sinceMs : nowMs;
    const held = heldRevision({ hash, revision: state.revision, sinceMs, limit: brake.groups }, loss);
    await journal.setEstateFacts({ held });
    return { state: inForce, held, released: [] };
  }

  async #letIn(desired: DesiredState, released: readonly DesiredGroup[]): Promise<GateVerdict> {
    await this.#engine.journal.setEstateFacts({ desired, held: null });
    return { state: desired, held: null, released };
  }

  async #letInApproved(
    state: DesiredState,
    released: readonly DesiredGroup[],
    approval: GrantedApproval,
  ): Promise<GateVerdict> {
    const { journal, telemetry } = this.#engine;
    const { by, reason, untilMs, planHash } = approval;
    telemetry.emit('plan.approved', {
      ...{ revision: state.revision, planHash, by, reason },
      until: new Date(untilMs).toISOString(),
    });
    this.#approval = approval;
    this.#granted.clear();
    const verdict = await this.#letIn(state, released);
    await journal.useUpApprovals({ revision: planHash });
    return verdict;
  }

  /**
   * Who approved a revision has approved what its groups lose by it: rules that the policy before asked for. Whatever
   * else a group would lose needs an approval of its own.
   */
  async grant(targets: readonly GroupPolicy[]): Promise<void> {
    const approval = this.#approval;
    if (approval === null) return;
    const { journal } = this.#engine;
    for (const target of targets) {
      const key = groupKey(target);
      if (this.#granted.has(key)) continue;
      this.#granted.add(key);
      const { inForce } = await journal.facts(target);
      if (inForce === null || isDeepStrictEqual(inForce.rules, target.rules)) continue;
      const { account, region, id } = target;
      await journal.approve({
        ...approval,
        group: { account, region, id },
        desiredHash: desiredHash(target),
        losing: identitiesOf(inForce),
        opening: [],
      });
    }
  }

  /** Says what is held. Called at each look at the policies; the log repeats it at a falling rate. */
  report(held: HeldRevision | null): void {
    if (held === null) return;
    const { revision, reason, losing, released, limit } = held;
    this.#engine.telemetry.emit('policies.held', {
      ...{ revision, reason, losing, released, limit },
      groups: losing.length + released.length,
      override: approveCommand(held.hash, this.#engine.invocation),
    });
  }
}

export const approveCommand = (hash: string, { program, flags }: Invocation): string =>
  `${program} approve ${hash}${flags} --reason "..."`;

const isTooMuch = ({ losing, released }: RevisionLoss, { groups }: BrakeSettings): boolean =>
  losing.length + released.length > groups;

const hashOf = (content: string): string => content.replace(/^sha256:/, '');

/** Given for this revision, or ahead of it. */
const isOfRevision = ({ group, planHash }: GrantedApproval, hash: string): boolean =>
  group === null && planHash === hash;

const heldRevision = (
  known: Pick<HeldRevision, 'hash' | 'revision' | 'sinceMs' | 'limit'>,
  { losing, released }: RevisionLoss,
): HeldRevision => ({
  ...known,
  reason: 'brake',
  losing: losing.map(({ selector }) => groupSelectorText(selector)),
  released: released.map(({ selector }) => groupSelectorText(selector)),
});

const identitiesOf = ({ rules }: GroupPolicy): string[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule }) => ruleIdentity(rule));
