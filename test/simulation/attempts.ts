// A plan is told once and begun as often as it is tried, and each time the group is another one: so the checks hear of
// each attempt. What a plan promises is what the log said of it last, not what it carries with it.
import type { CommonFields } from '../../daemon/telemetry/events.ts';
import type { Fail } from './facts.ts';

export interface Attempt {
  readonly group: string;
  readonly revision: string;
  /** As it was told. */
  readonly hitless: boolean;
  /** Whether it was told of an earlier picture of the group: then this is the moment before its first call. */
  readonly isRetry: boolean;
}

interface Told {
  readonly hitless: boolean;
  /** Whether the group was not described again since, and the plan not begun. */
  readonly isFresh: boolean;
}

/** Of one process. */
export class Attempts {
  readonly #told = new Map<string, Told>();
  readonly #saved = new Map<string, boolean>();
  readonly #planned: (attempt: Attempt) => void;
  readonly #fail: Fail;

  constructor(planned: (attempt: Attempt) => void, fail: Fail) {
    this.#planned = planned;
    this.#fail = fail;
  }

  /** What was told before was of an older picture: the plan of this one may be told already, too. */
  described(group: string): void {
    const told = this.#told.get(group);
    if (told !== undefined) this.#told.set(group, { ...told, isFresh: false });
  }

  told({ group = '', revision = '', hitless }: CommonFields & { readonly hitless?: boolean }): void {
    const told = { hitless: hitless === true, isFresh: true };
    this.#told.set(group, told);
    this.#planned({ group, revision, hitless: told.hitless, isRetry: false });
  }

  saved(group: string, hitless: boolean): void {
    this.#saved.set(group, hitless);
  }

  begun(group: string, revision: string): void {
    const told = this.#told.get(group);
    const hitless = told?.hitless;
    if (told === undefined || hitless !== this.#saved.get(group)) {
      const said = told === undefined ? 'nothing' : told.hitless ? 'hitless' : 'not hitless';
      this.#fail('told plan', `a plan for ${group} is begun of which the log says ${said}`);
      return;
    }
    this.#told.set(group, { ...told, isFresh: false });
    if (!told.isFresh) this.#planned({ group, revision, hitless: told.hitless, isRetry: true });
  }
}
