// What a plan cannot know of: rules of a group that somebody else changed or removed, until the daemon has read the
// group without them. One of them may be the rule that the plan is to make into another later on; that call will fail,
// and then the plan does not lead to its target.
// It makes no difference whether such a rule went after the plan was made, or before, while what was read lags behind:
// either way the last reading shows it. So the books are the group's, and go on from plan to plan and over restarts.
// What a plan takes away itself never gets into them: one that is made from a reading in which what the last one did
// cannot be seen yet is judged like any other.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';

export interface NamedRule {
  /** Empty where rules are shown without ids. */
  readonly id: string;
  readonly rule: Rule;
}

export class Losses {
  unread: readonly NamedRule[] = [];
  /** Whether rules are shown with their ids; if not, a rule is named by what it is. */
  #haveIds = false;

  /** Somebody else did this. A rule that was modified has gone and come. */
  note(gone: readonly NamedRule[], come: readonly NamedRule[]): void {
    const back = new Set(come.map((each) => this.#nameOf(each)));
    this.unread = [...this.unread, ...gone].filter((each) => !back.has(this.#nameOf(each)));
  }

  /** What the daemon read, of one kind of network card only if `nicType` is not empty. */
  read(nicType: string, shown: readonly NamedRule[]): void {
    this.#haveIds ||= shown.some(({ id }) => id !== '');
    const held = new Set(shown.map((each) => this.#nameOf(each)));
    this.unread = this.unread.filter(
      (each) => (nicType !== '' && each.rule.nicType !== nicType) || held.has(this.#nameOf(each)),
    );
  }

  #nameOf({ id, rule }: NamedRule): string {
    return this.#haveIds ? `${id} ${ruleIdentity(rule)}` : ruleIdentity(rule);
  }
}
