// The emulator in a process of its own, with the groups of a trial: `cloud-process.ts GROUPS`. Tells its address once it
// listens, and ends with whoever started it.
import { startEmulator } from '../../emulator/emulator.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import { groupIds, stateOfEstate } from './trial-estate.ts';

/** Those that were read before are not given out again: see `CallBook`. */
const CALLS_KEPT = 2000;

const { url } = await startEmulator({
  state: parseState(stateOfEstate(groupIds(Number(process.argv[2])))),
  callsLimit: CALLS_KEPT,
});
process.on('disconnect', () => process.exit(0));
process.send?.(url);
