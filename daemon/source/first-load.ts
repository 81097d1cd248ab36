// The first reading of the policies: a fetch may take minutes, and the start of the daemon is told before it is over.
import type { Clock } from '../clock.ts';
import type { LoadedPolicies, Source } from './source.ts';

const PATIENCE_MS = 5000;

export interface FirstLoadPorts {
  readonly source: Source;
  /** Called once, with the revision of what was read first; empty: none, or not yet. */
  readonly onFirstRead?: (revision: string) => void;
}

export async function firstLoad(ports: FirstLoadPorts, clock: Clock): Promise<LoadedPolicies> {
  const { source, onFirstRead } = ports;
  const reading = source.load();
  const read = new AbortController();
  const late = async () => (await clock.sleep(PATIENCE_MS, read.signal), null);
  const loaded = await (source.remote() === null ? reading : Promise.race([reading, late()]));
  read.abort();
  onFirstRead?.(loaded?.revision ?? '');
  return loaded ?? reading;
}
