// What commands say of a revision of the policies as a whole, compared with the one in force: that it is held, and where
// it weakens protection. They know what is in force from the journal alone.
import { weakenings } from '../../reconciler/judge/weakenings.ts';
import type { DesiredState, Mode } from '../../reconciler/model/group.ts';
import { line, type Io } from '../cli/io.ts';
import type { JournalDesk } from '../journal/journal.ts';
import type { Engine } from '../reconcile/engine.ts';
import { heldText, overrideOf } from '../schedule/held-revision.ts';
import { assessRevision } from '../schedule/revision-gate.ts';
import { shortId } from '../source/verify/verdict.ts';
import type { Loaded } from './open-source.ts';

export interface JudgedRevision {
  readonly engine: Pick<Engine, 'clock' | 'live' | 'invocation'>;
  readonly desired: DesiredState;
  readonly loaded: Loaded;
  readonly defaultMode: Mode;
}

export interface RevisionNotes {
  /** Nothing of it may be carried out. */
  readonly isHeld: boolean;
  readonly notes: readonly string[];
}

/** Says it on stderr too. */
export async function saysOfRevision(
  judged: JudgedRevision,
  desk: Pick<JournalDesk, 'estateFacts' | 'approvals'> | null,
  { stderr }: Io,
): Promise<RevisionNotes> {
  const found = await revisionNotes(judged, desk);
  for (const note of found.notes) line(stderr, note);
  return found;
}

async function revisionNotes(
  { engine, desired, loaded, defaultMode }: JudgedRevision,
  desk: Pick<JournalDesk, 'estateFacts' | 'approvals'> | null,
): Promise<RevisionNotes> {
  // What the source holds was said when it was read, and is not what was planned.
  const isHeldBefore = loaded.held !== null;
  const inForce = desk === null ? null : (await desk.estateFacts()).desired;
  if (desk === null || inForce === null) {
    const unknown =
      'whether the brake would hold this revision is not known: the journal does not say yet which policies are in force';
    return { isHeld: isHeldBefore, notes: engine.live().brake === 'off' ? [] : [unknown] };
  }
  const weaker = weakenings(inForce, desired, defaultMode).map(
    ({ message, source }) => `weakens protection: ${message} (${source.file}:${source.line})`,
  );
  const found = await assessRevision(engine, desk, { state: desired, content: loaded.content });
  if (found.kind !== 'held') return { isHeld: isHeldBefore, notes: weaker };
  const command = overrideOf(found.held, engine.invocation);
  const goesOn = approvedBy(loaded, found.held.hash) ?? `to let it go on: ${command}`;
  const held = `revision brake: ${heldText(found.held)}; ${goesOn}`;
  return { isHeld: true, notes: [...weaker, held] };
}

/** The newest commit may say so by its message; a daemon heeds that when it takes the commit. Null: it does not. */
function approvedBy({ approval }: Pick<Loaded, 'approval'>, hash: string): string | null {
  if (approval?.hash !== hash) return null;
  return `commit ${shortId(approval.commit)}, signed by ${approval.by}, approves it: the daemon lets it go on once it has taken that commit`;
}
