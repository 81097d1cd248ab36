// What came of hooks, as lines for people.
import type { DoorName } from './hook.ts';

/** As another version of this program may give it, too. */
interface DoorSeen {
  readonly last: { readonly atMs: number; readonly outcome: string; readonly reason: string } | null;
  readonly refused: number;
  readonly lastRefused: { readonly atMs: number; readonly reason: string } | null;
}

/** One line a door that the config has. */
export function hookLines(doors: Readonly<Record<DoorName, DoorSeen | null>>): string[] {
  return (['git', 'events'] as const).flatMap((name) => {
    const seen = doors[name];
    return seen === null ? [] : [`hooks at the door ${name}: ${lastText(seen)}${refusedText(seen)}`];
  });
}

function lastText({ last }: DoorSeen): string {
  if (last === null) return 'none yet';
  return `last at ${instantText(last.atMs)}, ${last.outcome}${last.reason === '' ? '' : ` (${last.reason})`}`;
}

function refusedText({ refused, lastRefused }: DoorSeen): string {
  if (lastRefused === null) return '';
  return `; ${refused} refused, the last at ${instantText(lastRefused.atMs)} (${lastRefused.reason})`;
}

const instantText = (ms: number): string => new Date(ms).toISOString();
