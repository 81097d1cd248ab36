import type { LegacyPriority } from '../../reconciler/plan/plan.ts';
import { FlapWatch } from './flap-watch.ts';
import { Quarantine } from './quarantine.ts';

/** What is remembered of a group from one look to the next. Lost with the process: all of it can be found out again. */
export interface GroupMemory {
  readonly quarantine: Quarantine;
  readonly flaps: FlapWatch;
  /** Found out by trying; only the API of 2019 needs it. */
  legacyPriority: LegacyPriority;
}

export const newGroupMemory = (): GroupMemory => ({
  quarantine: new Quarantine(),
  flaps: new FlapWatch(),
  legacyPriority: 'modify',
});
