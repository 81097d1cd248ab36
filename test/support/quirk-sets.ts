// Every setting of every open question of the manual, one at a time and in seeded combinations.
import type { Quirks } from '../../emulator/quirks.ts';
import { seededRandom } from '../../emulator/random.ts';

/**
 * `rateLimits` is left out: a throttled lane waits for a real minute, which the simulation tests in virtual time. So are
 * those of ActionTrail: no plan depends on what it knows.
 */
const SETTINGS: {
  readonly [Name in Exclude<keyof Quirks, 'rateLimits' | 'auditLagMs' | 'auditResource'>]: ReadonlyArray<
    Quirks[Name]
  >;
} = {
  apiLevel: ['current', 'legacy2019'],
  legacyModifies: ['description', 'descriptionAndPriority'],
  omittedOwnSide: ['other', 'any'],
  shownOwnSide: ['sent', 'any', 'empty'],
  describeLagMs: [0, 300],
  batchAtomic: [true, false],
  priorityInIdentity: [true, false],
  reauthorize: ['ignore', 'overwriteDescription'],
  ipv4HostBits: ['mask', 'keep'],
  bareIpv4: ['keep', 'slash32'],
  modifyOmitted: ['reset', 'keep'],
  modifySame: ['ok', 'duplicate'],
  revokeUnknownId: ['fail', 'ignore'],
  revokeUnknownGroupRule: ['ignore', 'fail'],
  descriptionUnit: ['codePoints', 'utf16', 'bytes'],
  groupPaging: ['both', 'token'],
  pageOrder: ['insertion', 'shuffled'],
  priorityType: ['number', 'string'],
  tokenWindowSeconds: [86_400, 1],
  tokenRemembersErrors: [false, true],
  ruleIdAfterModify: ['same', 'new'],
  ruleQuota: [1000, 40],
  groupReferenceQuota: [20, 3],
};

const NAMES = Object.keys(SETTINGS) as Array<keyof typeof SETTINGS>;

export function singleQuirks(): Array<Partial<Quirks>> {
  const singles: Array<Partial<Quirks>> = NAMES.flatMap((name) =>
    SETTINGS[name].map((value) => ({ [name]: value })),
  );
  // These matter only on that level.
  const legacy: ReadonlyArray<Partial<Quirks>> = [
    { legacyModifies: 'descriptionAndPriority' },
    { omittedOwnSide: 'any' },
    { omittedOwnSide: 'any', shownOwnSide: 'any' },
    { omittedOwnSide: 'any', shownOwnSide: 'empty' },
    { revokeUnknownGroupRule: 'fail' },
  ];
  return [...singles, ...legacy.map((quirks) => ({ apiLevel: 'legacy2019', ...quirks }) as const)];
}

export function randomQuirks(seed: number): Partial<Quirks> {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return Object.fromEntries(NAMES.map((name) => [name, pick<unknown>(SETTINGS[name])]));
}
