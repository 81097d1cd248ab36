// All that the pages show of a run, by name, and the lines of the pages that were run for it.
import { emulatorStarts } from './emulators.ts';
import { firstScreen } from './first-screen.ts';
import { notification } from './notification.ts';
import { tenSteps } from './ten-steps.ts';

export interface Transcripts {
  readonly texts: ReadonlyMap<string, string>;
  readonly ran: ReadonlySet<string>;
}

export async function takeTranscripts(): Promise<Transcripts> {
  const ran = new Set<string>();
  const note = (line: string) => void ran.add(line);
  const texts = new Map<string, string>();
  // One after another: commands that run in this process have its folder for themselves.
  for (const take of [firstScreen, tenSteps, emulatorStarts, notification]) {
    for (const [name, text] of await take(note)) texts.set(name, text);
  }
  return { texts, ran };
}
