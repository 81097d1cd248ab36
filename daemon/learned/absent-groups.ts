// Which of the groups that rules name do not exist, asked for before the cloud is asked to take such a rule. Only of rules
// that a group does not have yet: a group that is as its policy says costs no call.
import { groupKey, type DescribedGroup } from '../../reconciler/model/group.ts';
import { namedByMissing } from '../../reconciler/plan/diff/absent.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Clock } from '../clock.ts';
import type { EcsApi } from '../ecs/api.ts';

export type ReadsGroups = Pick<EcsApi, 'existingGroups'>;

/** The vendor takes a hundred ids: the others, and that of the group itself. */
const MOST_IN_A_CALL = 99;

export class AbsentGroups {
  readonly #ecs: ReadsGroups;
  readonly #clock: Clock;
  readonly #keepMs: number;
  /** When each group was last seen, by place and id, the longest ago first. What is older than `keepMs` is forgotten, so it does not grow. */
  readonly #seen = new Map<string, number>();

  /** That a group exists is believed for `keepMs`; that it does not, only now: someone may be about to create it. */
  constructor(ecs: ReadsGroups, clock: Clock, keepMs: number) {
    this.#ecs = ecs;
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Those that the cloud says do not exist. What cannot be told is not among them. */
  async of(policy: GroupPolicy, described: DescribedGroup): Promise<readonly string[]> {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetOld(nowMs);
    const { account, region, id: own } = described;
    const place = { account, region };
    const keyOf = (id: string): string => groupKey({ ...place, id });
    this.#see(keyOf(own), nowMs);
    const named = namedByMissing(policy, described.rules).filter(({ kind }) => kind === 'group');
    const asked = [...new Set(named.map(({ id }) => id))].filter((id) => !this.#seen.has(keyOf(id))).sort();
    const absent: string[] = [];
    for (let from = 0; from < asked.length; from += MOST_IN_A_CALL) {
      const some = asked.slice(from, from + MOST_IN_A_CALL);
      const answer = await this.#ecs.existingGroups(place, [own, ...some]);
      // Where RAM allows no look the vendor answers with an empty list. The group itself was just read, so an answer
      // without it tells nothing of the others.
      if (!answer.ok || !answer.value.has(own)) continue;
      for (const id of answer.value) this.#see(keyOf(id), nowMs);
      absent.push(...some.filter((id) => !answer.value.has(id)));
    }
    return absent;
  }

  #see(key: string, nowMs: number): void {
    this.#seen.delete(key);
    this.#seen.set(key, nowMs);
  }

  /** Stops at the first that is young: every group is looked at after each of the others. */
  #forgetOld(nowMs: number): void {
    for (const [key, seenMs] of this.#seen) {
      if (nowMs - seenMs < this.#keepMs) return;
      this.#seen.delete(key);
    }
  }
}
