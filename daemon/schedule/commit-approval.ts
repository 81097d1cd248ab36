// An approval that a verified commit carries is one like any other, but that it counts once.
import { HOUR_MS } from '../clock.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { CommitApproval } from '../source/source.ts';

/** More approvals than this are not kept in mind: see the retention of the journal. */
const MAX_LOOKED_THROUGH = 100_000;

export async function grantFromCommit(
  { journal, clock }: Pick<Engine, 'journal' | 'clock'>,
  approval: CommitApproval | null,
): Promise<void> {
  if (approval === null) return;
  const { hash, commit, by } = approval;
  const reason = `Rampart-Approve in commit ${commit}`;
  const before = await journal.pastApprovals({ group: {}, sinceMs: null, limit: MAX_LOOKED_THROUGH });
  if (before.some((each) => each.reason === reason)) return;
  const atMs = clock.nowMs();
  await journal.approve({
    ...{ planHash: hash, desiredHash: null, group: null, losing: null, opening: null },
    ...{ by: `signer ${by}`, reason, atMs, untilMs: atMs + HOUR_MS },
  });
}
