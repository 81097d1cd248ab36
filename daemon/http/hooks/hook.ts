// What arrives at a door for hooks, and what becomes of it. A hook is a hint and carries no truth: whatever it says,
// policies are fetched and groups are read as usual.
import type { IncomingHttpHeaders } from 'node:http';

export type DoorName = 'git' | 'events';

/** A request whose body has been read to its end. */
export interface HookRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Why nothing is done, by a word that scripts may read. */
export type IgnoredBecause =
  /** Of a git host: another event than a push. */
  | 'other-event'
  /** A push to another branch or tag than that of the policies. */
  | 'other-ref'
  /** No change of a security group is named. */
  | 'no-group'
  /** The call that the event tells of has failed. */
  | 'failed-call'
  /** No policy names the group. */
  | 'unmanaged'
  /** Rampart made the change. */
  | 'own-write'
  /** The group waits after a failed reconcile, and a hint does not shorten that. */
  | 'backing-off';

export type RefusedBecause =
  'host' | 'too-large' | 'incomplete' | 'no-proof' | 'wrong-proof' | 'secret-unreadable';

export type HookVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'ignored'; readonly reason: IgnoredBecause }
  /** `err`: of a secret that cannot be read, what is to be mended. */
  | { readonly kind: 'refused'; readonly reason: RefusedBecause; readonly err?: string };

export interface Door {
  /** Never rejects for what a request holds. */
  take(request: HookRequest): Promise<HookVerdict>;
}

export const HOOK_ACCEPTED: HookVerdict = { kind: 'accepted' };

export const ignored = (reason: IgnoredBecause): HookVerdict => ({ kind: 'ignored', reason });

export const refusal = (reason: RefusedBecause): HookVerdict => ({ kind: 'refused', reason });

/** The value of a header; null where it is absent. One that comes twice is joined, and so proves nothing. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** The JSON value of a text; undefined if it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
