// `POST /hooks/events`: "reconcile these groups now".
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import type { HooksConfig } from '../../config/sections/hooks-schema.ts';
import type { JournalDesk } from '../../journal/journal.ts';
import type { GroupStanding } from '../../schedule/groups/controlled-group.ts';
import {
  HOOK_ACCEPTED,
  headerOf,
  ignored,
  refusal,
  type Door,
  type HookRequest,
  type HookVerdict,
} from './hook.ts';
import type { HookSecret } from './hook-secret.ts';
import { OwnRequests } from './own-requests.ts';
import { HintPacer } from './pacer.ts';
import { isSameSecret } from './proof/same-secret.ts';
import { readChangeHints, type ChangeHint } from './trail-events.ts';

/** Reconciles of a group for hints are at least so far apart; the first after such a time is made at once. */
const RECONCILE_QUIET_MS = 10_000;

export interface EventsDoorParts {
  readonly settings: NonNullable<HooksConfig['events']>;
  readonly secret: HookSecret;
  /** Names in the config: an event knows the account's number only. */
  readonly accounts: readonly string[];
  readonly standingOf: (group: GroupRef) => GroupStanding;
  /** Reconciles the group. `hooks`: how many asked for it. */
  readonly reconcileNow: (group: GroupRef, hooks: number) => void;
  readonly journal: Pick<JournalDesk, 'history'>;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

export class EventsDoor implements Door {
  readonly #parts: EventsDoorParts;
  readonly #own: OwnRequests;
  /** By group. */
  readonly #pacer: HintPacer;

  constructor(parts: EventsDoorParts) {
    this.#parts = parts;
    this.#own = new OwnRequests(parts.journal, parts.clock);
    this.#pacer = new HintPacer(parts.clock, RECONCILE_QUIET_MS, parts.stopping);
  }

  async take({ headers, body }: HookRequest): Promise<HookVerdict> {
    const secret = await this.#parts.secret();
    if (!secret.ok) return { kind: 'refused', reason: 'secret-unreadable', err: secret.error };
    const token = headerOf(headers, this.#parts.settings.header);
    if (token === null) return refusal('no-proof');
    if (!isSameSecret(token, secret.value)) return refusal('wrong-proof');
    return this.#follow(readChangeHints(body));
  }

  /** Accepted if one group at least is to be reconciled; else why the first is not. */
  async #follow(hints: readonly ChangeHint[]): Promise<HookVerdict> {
    const verdicts: HookVerdict[] = [];
    for (const hint of hints) {
      const groups = this.#groupsOf(hint);
      if (hint.hasFailed) verdicts.push(ignored('failed-call'));
      else if (groups.length === 0) verdicts.push(ignored('unmanaged'));
      else for (const group of groups) verdicts.push(await this.#followOne(group, hint));
    }
    return verdicts.find(({ kind }) => kind === 'accepted') ?? verdicts[0] ?? ignored('no-group');
  }

  async #followOne(group: GroupRef, { requestId }: ChangeHint): Promise<HookVerdict> {
    if (requestId !== null && (await this.#own.has(group, requestId))) return ignored('own-write');
    const { standingOf, reconcileNow } = this.#parts;
    if (standingOf(group) === 'backing-off') return ignored('backing-off');
    this.#pacer.hint(groupKey(group), (hooks) => {
      // It may have failed, or have been released, since the hint.
      if (standingOf(group) === 'ready') reconcileNow(group, hooks);
    });
    return HOOK_ACCEPTED;
  }

  #groupsOf({ region, groups }: ChangeHint): GroupRef[] {
    return this.#parts.accounts
      .flatMap((account) => groups.map((id) => ({ account, region, id })))
      .filter((group) => this.#parts.standingOf(group) !== 'unmanaged');
  }
}
