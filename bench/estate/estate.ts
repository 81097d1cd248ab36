// `npm run bench -- estate [--groups N] [--json]`: an estate of N groups with 100 rules each through the built daemon
// (`npm run build` first) and the emulator. Counts are asserted; times are told, and held to ten times their goal.
import { calibrationLoop, Claims, claimText } from './claims.ts';
import { RULES } from './estate-state.ts';
import { EstateWorld, type EstateOptions } from './estate-world.ts';
import { besidePlainClient, firstRead, hangingGroups, twentyEdits } from './phases.ts';

/** The vendor's usual limit; above some thousand groups one that an estate of that size would ask for. */
const RATE = 300;
const LARGE_RATE = 2400;
const LARGE = 3000;

/** What a run of the estate's bench found. */
export interface EstateRun {
  readonly options: EstateOptions;
  readonly claims: Claims;
  readonly calibrationMs: number;
  readonly seconds: number;
}

/** @param began is told of each part that begins */
export async function runEstate(
  groups: number,
  began: (part: string) => void = () => undefined,
): Promise<EstateRun> {
  const options: EstateOptions = { groups, ratePerMinute: groups > LARGE ? LARGE_RATE : RATE };
  const calibrationMs = calibrationLoop();
  const claims = new Claims(calibrationMs);
  const beganMs = performance.now();
  const world = await EstateWorld.start(options);
  try {
    for (const [part, phase] of Object.entries(PHASES)) {
      began(part);
      await phase({ world, claims, options });
    }
  } finally {
    await world.stop();
  }
  return { options, claims, calibrationMs, seconds: (performance.now() - beganMs) / 1000 };
}

const PHASES = {
  'the first read, with a fix in its middle': firstRead,
  'twenty edits': twentyEdits,
  'a group beside a plain client': besidePlainClient,
  'a fix while groups hang': hangingGroups,
} as const;

/** Answers whether everything was within its bounds. */
export async function benchEstate(groups: number, json: boolean): Promise<boolean> {
  const { options, claims, calibrationMs, seconds } = await runEstate(groups);
  console.log(json ? jsonText(claims, options, calibrationMs) : tableText(claims));
  if (!json) {
    console.log(
      `${groups} groups of ${RULES} rules, ${options.ratePerMinute} reads a minute, ${seconds.toFixed(0)} s in all`,
    );
    console.log(`calibration loop ${calibrationMs.toFixed(0)} ms`);
  }
  for (const { name } of claims.broken) console.error(`BROKEN: ${name}`);
  return claims.broken.length === 0;
}

const tableText = (claims: Claims): string =>
  claims.all.map((claim) => claimText(claim, claims.inLoops(claim))).join('\n');

function jsonText(claims: Claims, options: EstateOptions, calibrationMs: number): string {
  const results = claims.all.map((claim) => ({ ...claim, loops: claims.inLoops(claim) }));
  const broken = claims.broken.map(({ name }) => name);
  return JSON.stringify({ ...options, rules: RULES, calibrationMs, results, broken }, null, 2);
}
