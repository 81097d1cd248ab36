// A revision that is not put in force, in words and as an event: whether the brake holds it or the source does.
import type { Invocation } from '../../reconciler/plan/safety.ts';
import { tooMuchText } from '../../reconciler/report/held-text.ts';
import type { HeldRevision } from '../journal/facts.ts';
import type { SourceHold } from '../source/source.ts';
import type { EventFields } from '../telemetry/events.ts';

export type HeldStatus = HeldRevision & {
  /** Why, in a sentence. */
  readonly message: string;
  /** The command that approves it; empty: no approval does. */
  readonly override: string;
};

export const heldStatus = (held: HeldRevision, invocation: Invocation): HeldStatus => ({
  ...held,
  message: whyHeld(held),
  override: overrideOf(held, invocation),
});

/** A hold that goes on has been there since it began. */
export function heldBySource(
  { hash, revision, reason, message }: SourceHold,
  before: HeldRevision | null,
  nowMs: number,
): HeldRevision {
  const isSame = before?.revision === revision && before.reason === reason;
  return { hash, revision, reason, message, sinceMs: isSame ? before.sinceMs : nowMs };
}

const approveCommand = (hash: string, { program, flags }: Invocation): string =>
  `${program} approve ${hash}${flags} --reason "..."`;

export const overrideOf = ({ hash, reason }: HeldRevision, invocation: Invocation): string =>
  reason === 'signature' ? '' : approveCommand(hash, invocation);

/** What is held and why. */
export const heldText = (held: HeldRevision): string =>
  `revision ${held.revision} is held, and what was in force stays: ${whyHeld(held)}`;

const whyHeld = (held: HeldRevision): string => (held.reason === 'brake' ? tooMuchText(held) : held.message);

export function heldEvent(held: HeldRevision, invocation: Invocation): EventFields<'policies.held'> {
  const { revision } = held;
  const override = overrideOf(held, invocation);
  if (held.reason === 'brake') {
    const { reason, losing, released, limit } = held;
    return { revision, reason, losing, released, limit, groups: losing.length + released.length, override };
  }
  const { reason, message } = held;
  return { revision, reason, commit: revision, details: [message], groups: 0, override };
}
