// `POST /hooks/git`: "fetch now".
import type { Clock } from '../../clock.ts';
import type { HooksConfig } from '../../config/sections/hooks-schema.ts';
import { HOOK_ACCEPTED, ignored, refusal, type Door, type HookRequest, type HookVerdict } from './hook.ts';
import type { HookSecret } from './hook-secret.ts';
import { HintPacer } from './pacer.ts';
import { judgeProof } from './proof/git-proof.ts';
import { isWantedRef, readPush } from './push.ts';

/** Fetches are at least so far apart; the first after such a time is made at once. */
const FETCH_QUIET_MS = 2000;

export interface GitDoorParts {
  readonly settings: NonNullable<HooksConfig['git']>;
  readonly secret: HookSecret;
  /** The branch, tag or glob of tags that the policies come from; null: there is none, so that every push counts. */
  readonly ref: string | null;
  /** Fetches the policies. `hooks`: how many asked for it. */
  readonly fetchNow: (hooks: number) => void;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

export class GitDoor implements Door {
  readonly #parts: GitDoorParts;
  readonly #pacer: HintPacer;

  constructor(parts: GitDoorParts) {
    this.#parts = parts;
    this.#pacer = new HintPacer(parts.clock, FETCH_QUIET_MS, parts.stopping);
  }

  async take(request: HookRequest): Promise<HookVerdict> {
    const { settings, clock, ref: wanted, fetchNow } = this.#parts;
    const secret = await this.#parts.secret();
    if (!secret.ok) return { kind: 'refused', reason: 'secret-unreadable', err: secret.error };
    const proof = await judgeProof(settings, secret.value, { request, nowMs: clock.nowMs() });
    if (proof !== 'proven') return refusal(proof);
    const { isOther, ref } = readPush(request);
    if (isOther) return ignored('other-event');
    if (ref !== null && wanted !== null && !isWantedRef(ref, wanted)) return ignored('other-ref');
    this.#pacer.hint('', fetchNow);
    return HOOK_ACCEPTED;
  }
}
