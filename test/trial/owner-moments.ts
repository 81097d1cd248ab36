// The owners of groups are killed, or stopped past their lease and set going again, while policies are edited.
import type { RampartProcess } from '../support/rampart.ts';
import type { Random } from '../support/random.ts';
import { LEASE_SECONDS, shardsHeldBy } from './trial-world.ts';
import type { Trial } from './trial.ts';

/** Of what a replica says before it is struck: a plan, a call and its answer, a group that is done, policies that are read. */
const MARKS = ['plan.made', 'call.succeeded', 'group.converged', 'policies.loaded'];
const EDITS = 10;
const MOST_DELAY_MS = 250;
const MOST_FROZEN_MS = 4000;
const MOST_DOWN_MS = 1500;

/** One more moment. */
export async function strikeOwner(trial: Trial): Promise<void> {
  const { world, random } = trial;
  const place = ownerPlace(trial, random);
  const daemon = world.daemons[place];
  if (daemon === undefined) throw new Error(`there is no replica ${place + 1}`);
  const mark = random.pick(MARKS);
  const marked = daemon.event(mark, {}, daemon.lines.length);
  trial.edit(EDITS, shardsHeldBy(daemon));
  await trial.within('a line of the one to strike', marked);
  await trial.sleep(random.below(MOST_DELAY_MS));
  const isKilled = random.chance(0.5);
  const held = shardsHeldBy(daemon);
  const from = daemon.lines.length;
  const atMs = Date.now();
  daemon.kill(isKilled ? 'SIGKILL' : 'SIGSTOP');
  trial.note(isKilled ? 'kills' : 'freezes');
  await trial.takenOver(place, held, atMs);
  if (isKilled) await startAgain(trial, place);
  else await goOn(trial, daemon, held, from);
}

/** Of a replica that has shards. */
function ownerPlace({ world }: Trial, random: Random): number {
  const owners = [...world.daemons.keys()].filter((place) => {
    const daemon = world.daemons[place];
    return daemon?.isRunning === true && shardsHeldBy(daemon).length > 0;
  });
  return random.pick(owners);
}

async function startAgain(trial: Trial, place: number): Promise<void> {
  await trial.sleep(trial.random.below(MOST_DOWN_MS));
  const started = trial.world.startReplica(place);
  await trial.within('one that is ready again', started.event('daemon.ready'));
}

/** It must notice that others have what it had. */
async function goOn(
  trial: Trial,
  daemon: RampartProcess,
  held: readonly string[],
  from: number,
): Promise<void> {
  const overdueMs = trial.random.below(MOST_FROZEN_MS) - 1000 * LEASE_SECONDS;
  if (overdueMs > 0) await trial.sleep(overdueMs);
  daemon.kill('SIGCONT');
  const noticed = held.map((shard) => daemon.event('lease.lost', { shard }, from));
  await trial.within('a zombie that finds its leases gone', Promise.all(noticed));
  trial.note('fencedZombies');
}
