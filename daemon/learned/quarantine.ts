// The rules of one group that the cloud refused one by one. They are left alone until their policy changes
// or a retry time passes, so that everything else goes through.
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { Quarantined } from '../../reconciler/plan/diff/quarantine.ts';
import type { StepRefusal } from '../reconcile/step.ts';

export const FIRST_RETRY_MS = 10 * 60_000;
const MAX_RETRY_MS = 6 * 60 * 60_000;
const MAX_ENTRIES = 1000;

/** How long the last of so many refusals counts: each doubles the time, up to six hours. */
export const retryDelayMs = (refusals: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (refusals - 1), MAX_RETRY_MS);

interface Entry {
  readonly side: keyof Quarantined;
  readonly identity: string;
  readonly refusals: number;
  readonly retryAtMs: number;
}

export class Quarantine {
  readonly #entries = new Map<string, Entry>();

  /**
   * Refusals of the same rule add up. Times are monotonic. Answers whether the next plan has less to try: not if there
   * are too many, and the one that is to be tried again soonest had to make way.
   */
  add(refusal: StepRefusal, nowMs: number): boolean {
    let isLess = true;
    for (const { side, identity } of refusedRules(refusal)) {
      const key = `${side} ${identity}`;
      const refusals = (this.#entries.get(key)?.refusals ?? 0) + 1;
      if (!this.#entries.has(key) && this.#entries.size >= MAX_ENTRIES) {
        this.#forgetSoonest();
        isLess = false;
      }
      const retryAtMs = nowMs + retryDelayMs(refusals);
      this.#entries.set(key, { side, identity, refusals, retryAtMs });
    }
    return isLess;
  }

  /** A changed policy deserves a new try. */
  clear(): void {
    this.#entries.clear();
  }

  #forgetSoonest(): void {
    const [soonest] = [...this.#entries].sort(([, a], [, b]) => a.retryAtMs - b.retryAtMs);
    if (soonest !== undefined) this.#entries.delete(soonest[0]);
  }

  /** What is to be left alone at `nowMs`. An entry whose time has come is tried again but not forgotten. */
  withheld(nowMs: number): Quarantined {
    const active = [...this.#entries.values()].filter((entry) => entry.retryAtMs > nowMs);
    const of = (side: keyof Quarantined) =>
      new Set(active.filter((entry) => entry.side === side).map((entry) => entry.identity));
    return { desired: of('desired'), described: of('described') };
  }
}

function refusedRules({ step }: StepRefusal): Array<{ side: keyof Quarantined; identity: string }> {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map(({ rule }) => ({ side: 'desired', identity: ruleIdentity(rule) }));
    case 'revoke':
      return step.targets.map(({ rule }) => ({ side: 'described', identity: ruleIdentity(rule) }));
    case 'modify':
      return [
        { side: 'desired', identity: ruleIdentity(step.to.rule) },
        { side: 'described', identity: ruleIdentity(step.target.rule) },
      ];
  }
}
