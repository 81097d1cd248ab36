// What a plan cannot know of: rules of a group that someone else changed or removed, until the daemon has read the
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

interface Loss extends NamedRule {
  readonly atMs: number;
}

/** What someone else did. A rule that was modified has gone and come. */
interface Change {
  readonly gone: readonly NamedRule[];
  readonly come: readonly NamedRule[];
  readonly atMs: number;
}

interface Picture {
  /** If not empty, rules of this kind of network card only. */
  readonly nicType: string;
  readonly shown: readonly NamedRule[];
  /** It shows the group as it was then or later: one from before a loss may lack a rule that was still to come. */
  readonly fromMs: number;
}

export class Losses {
  unread: readonly Loss[] = [];
  /** Whether rules are shown with their ids; if not, a rule is named by what it is. */
  #haveIds = false;

  note({ gone, come, atMs }: Change): void {
    const back = new Set(come.map((each) => this.#nameOf(each)));
    this.unread = [...this.unread, ...gone.map((each) => ({ ...each, atMs }))].filter(
      (each) => !back.has(this.#nameOf(each)),
    );
  }

  /** The daemon read this. */
  read({ nicType, shown, fromMs }: Picture): void {
    this.#haveIds ||= shown.some(({ id }) => id !== '');
    const held = new Set(shown.map((each) => this.#nameOf(each)));
    this.unread = this.unread.filter(
      (each) =>
        fromMs < each.atMs ||
        (nicType !== '' && each.rule.nicType !== nicType) ||
        held.has(this.#nameOf(each)),
    );
  }

  #nameOf({ id, rule }: NamedRule): string {
    return this.#haveIds ? `${id} ${ruleIdentity(rule)}` : ruleIdentity(rule);
  }
}
