// What both processes of the emulator's bench know: the group that is asked for, and what the emulator tells.

export const REGION = 'cn-hangzhou';
export const GROUP = 'sg-bench';
export const RULES = 100;

/** What the emulator's process says of itself. */
export interface Figures {
  readonly url: string;
  /** Time on a processor since the process started, its own and the system's for it. */
  readonly cpuMs: number;
  /** After a garbage collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}
