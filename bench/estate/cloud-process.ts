// The emulator with the estate in it, in a process of its own: `cloud-process.ts GROUPS`. Every group is as its policy
// wants it; two more are empty, for the comparison with a plain client. Tells its address once it listens.
import { startEmulator } from '../../emulator/emulator.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import { estateState } from './estate-state.ts';

const groups = Number(process.argv[2]);
/** Enough for every call of a run. */
const CALLS_PER_GROUP = 20;

const { url } = await startEmulator({
  state: parseState(estateState(groups)),
  callsLimit: 20_000 + groups * CALLS_PER_GROUP,
});
process.on('disconnect', () => process.exit(0));
process.send?.(url);
