import { ASSUMED_API_LEVEL, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { LegacyPriority } from '../../reconciler/plan/plan.ts';
import { FlapWatch } from '../learned/flap-detector.ts';
import { Quarantine } from '../learned/quarantine.ts';
import { RoomWatch } from '../learned/quota-estimate.ts';

/** What is remembered of a group from one look to the next. Lost with the process: all of it can be found out again. */
export interface GroupMemory {
  readonly quarantine: Quarantine;
  readonly flaps: FlapWatch;
  readonly room: RoomWatch;
  /** When a plan was last carried out, monotonic. To begin with now, since another process may have written just before. */
  wroteAtMs: number;
  /** Found out by trying, where the endpoint may ignore a new priority. */
  legacyPriority: LegacyPriority;
  /** What the group is taken for while it has no rules to tell by. Found out by trying. */
  levelWithoutRules: ApiLevel;
}

/** `resyncMs`: time between two looks at a group that is as it should be. `nowMs`: monotonic. */
export const newGroupMemory = (resyncMs: number, nowMs: number): GroupMemory => ({
  quarantine: new Quarantine(),
  flaps: new FlapWatch(resyncMs),
  room: new RoomWatch(),
  wroteAtMs: nowMs,
  legacyPriority: 'modify',
  levelWithoutRules: ASSUMED_API_LEVEL,
});
