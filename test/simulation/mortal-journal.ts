// The journal as a process under test has it: it may die before and after each thing that it keeps, and what it keeps is
// told to the checks.
import type { Journal } from '../../daemon/journal/journal.ts';
import { wrappedJournal } from '../support/wrapped-journal.ts';
import type { Attempts } from './attempts.ts';
import type { LifeWorld } from './life/life-world.ts';
import type { PolicyView } from './policies.ts';

export interface MortalWorld extends Pick<LifeWorld, 'tree' | 'note' | 'check' | 'stateOf'> {
  readonly view: PolicyView;
  readonly attempts: Attempts;
  /** A moment at which the process may die. Answers whether it lives. */
  readonly livesOn: (where: string) => boolean;
}

/** Thrown out of an operation of the journal in whose course the process dies. */
class Killed extends Error {
  override readonly name = 'Killed';
}

export function mortalJournal(journal: Journal, world: MortalWorld): Journal {
  const { tree, note, check, stateOf, view, attempts, livesOn } = world;
  let isRecalled = false;
  const during = async <T>(what: string, operation: () => Promise<T>): Promise<T> => {
    if (!livesOn(`before the journal ${what}`)) throw new Killed();
    const value = await operation();
    note('journal', what);
    if (!livesOn(`after the journal ${what}`)) throw new Killed();
    return value;
  };
  return wrappedJournal(journal, {
    openIntent: (draft) =>
      during(`opens an intent of ${draft.operation}`, async () => {
        const intent = await journal.openIntent(draft);
        note('journal', `gives ${intent.clientToken} to ${draft.operation} of ${draft.group.id}`);
        return intent;
      }),
    closeIntent: (token, outcome) =>
      during(`closes ${token}: ${outcome.result}`, () => journal.closeIntent(token, outcome)),
    estateFacts: async () => {
      const facts = await journal.estateFacts();
      if (!isRecalled) tree.recall(facts.desired, view);
      isRecalled = true;
      return facts;
    },
    setEstateFacts: (facts) => {
      if (facts.desired) tree.note(facts.desired, view);
      return journal.setEstateFacts(facts);
    },
    savePlan: (plan) => {
      check.told({ group: plan.id, steps: plan.steps, state: stateOf(plan.id) });
      attempts.saved(plan.id, plan.hitless);
      return during(`saves plan ${plan.hash.slice(0, 8)}`, () => journal.savePlan(plan));
    },
    mark: (group, marks) => {
      if (typeof marks.attempted === 'string') attempts.begun(group.id, marks.attempted);
      return during(`marks ${group.id} ${JSON.stringify(marks)}`, () => journal.mark(group, marks));
    },
  });
}
