// What commands say of a revision of the policies as a whole, compared with the one in force: that it is held, and where
// it weakens protection. They know what is in force from the journal alone.
import { weakenings } from '../../reconciler/judge/weakenings.ts';
import type { Mode } from '../../reconciler/model/group.ts';
import type { DesiredState } from '../../reconciler/model/group.ts';
import { line, type Io } from '../cli/io.ts';
import type { JournalDesk } from '../journal/journal.ts';
import type { Engine } from '../reconcile/engine.ts';
import { approveCommand, assessRevision, heldText } from '../schedule/revision-gate.ts';

export interface JudgedRevision {
  readonly engine: Pick<Engine, 'clock' | 'live' | 'invocation'>;
  readonly desired: DesiredState;
  /** The hash of the policies as loaded. */
  readonly content: string;
  readonly defaultMode: Mode;
}

/** Says it on stderr. True if the revision is held, so that nothing of it may be carried out. */
export async function saysRevisionHeld(
  { engine, desired, content, defaultMode }: JudgedRevision,
  desk: Pick<JournalDesk, 'estateFacts' | 'approvals'> | null,
  { stderr }: Io,
): Promise<boolean> {
  const inForce = desk === null ? null : (await desk.estateFacts()).desired;
  if (desk === null || inForce === null) {
    if (engine.live().brake !== 'off') {
      line(stderr, 'revision brake: not judged, since no journal says which policies are in force');
    }
    return false;
  }
  for (const { message, source } of weakenings(inForce, desired, defaultMode)) {
    line(stderr, `weakens protection: ${message} (${source.file}:${source.line})`);
  }
  const found = await assessRevision(engine, desk, { state: desired, content });
  if (found.kind !== 'held') return false;
  const command = approveCommand(found.held.hash, engine.invocation);
  line(stderr, `revision brake: ${heldText(found.held)}; to let it go on: ${command}`);
  return true;
}
