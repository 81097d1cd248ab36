// The database is restarted, killed, cut off in one direction or both, for one replica or for all, and slow, in the middle of
// plans. After each moment all that was edited must be in the cloud.
import { FAIR, type Weather } from './database-proxy.ts';
import { shardsHeldBy } from './trial-world.ts';
import type { Trial } from './trial.ts';

const EDITS = 12;
const LONGEST_MS = 12_000;
const SHORTEST_MS = 1000;
const MOST_DELAY_MS = 400;

const CUTS: Readonly<Record<string, Weather>> = {
  requestsLost: { losesRequests: true, losesAnswers: false, delayMs: 0 },
  answersLost: { losesRequests: false, losesAnswers: true, delayMs: 0 },
  cutOff: { losesRequests: true, losesAnswers: true, delayMs: 0 },
  slow: { losesRequests: false, losesAnswers: false, delayMs: 700 },
  verySlow: { losesRequests: false, losesAnswers: false, delayMs: 3000 },
};
const KINDS = ['restart', ...Object.keys(CUTS)];

/** One more moment; `at` counts them, so that each kind has its turn, for one replica and for all. */
export async function troubleDatabase(trial: Trial, at: number): Promise<void> {
  const { world, random } = trial;
  const kind = KINDS[at % KINDS.length] ?? 'restart';
  const place = kind === 'restart' || Math.floor(at / KINDS.length) % 3 === 2 ? null : random.below(3);
  const writes = world.daemons.map((daemon) => daemon.event('plan.made', {}, daemon.lines.length));
  trial.edit(EDITS, []);
  await trial.within('a plan', Promise.race(writes));
  await trial.sleep(random.below(MOST_DELAY_MS));
  const forMs = SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS);
  trial.note(`${kind}${kind === 'restart' ? '' : place === null ? 'ForAll' : 'ForOne'}`);
  if (kind === 'restart') await restart(trial, forMs);
  else await cut(trial, { kind, place, forMs });
  const healedMs = Date.now();
  await trial.converged();
  trial.figure('msUntilAllIsWellAgain', Date.now() - healedMs);
}

async function restart(trial: Trial, forMs: number): Promise<void> {
  await trial.world.postgres.stop();
  trial.edit(EDITS, []);
  await trial.sleep(forMs / 3);
  await trial.world.postgres.start();
}

interface Cut {
  readonly kind: string;
  /** Null: all replicas. */
  readonly place: number | null;
  readonly forMs: number;
}

async function cut(trial: Trial, { kind, place, forMs }: Cut): Promise<void> {
  const { proxies, daemons } = trial.world;
  const hit = proxies.filter((_, at) => place === null || at === place);
  const daemon = place === null ? undefined : daemons[place];
  const held = daemon === undefined ? [] : shardsHeldBy(daemon);
  const atMs = Date.now();
  for (const proxy of hit) proxy.weather = CUTS[kind] ?? FAIR;
  trial.edit(EDITS, held);
  // Where one replica is cut off, others have what it had before it is well again.
  const isGone = kind === 'requestsLost' || kind === 'answersLost' || kind === 'cutOff';
  if (place !== null && isGone) await trial.takenOver(place, held, atMs);
  await trial.sleep(Math.max(0, forMs - (Date.now() - atMs)));
  for (const proxy of hit) proxy.weather = FAIR;
}
