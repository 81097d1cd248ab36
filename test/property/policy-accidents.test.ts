// Invariants of accidents with the example policies: every cut of a file at a byte, every line that is lost, every two
// neighbouring lines that are swapped, taken by a keeper that had the whole files in force, and planned against groups
// that are as those files say. For each:
// 1. it is rejected, held, blocked or within limits, and nothing else;
// 2. a file that is cut inside a line is never taken, one that is cut after a line not before the settle time;
// 3. a plan that may be carried out makes no more accept rules ineffective than the brake allows, and empties nothing;
// 4. a plan that may be carried out opens no port to the internet.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DesiredKeeper, type DesiredUpdate } from '../../daemon/source/desired.ts';
import { contentHash } from '../../daemon/source/git/revision.ts';
import { noKinds, OUTSIDE_GIT, type LoadedPolicies } from '../../daemon/source/source.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { DesiredGroup } from '../../reconciler/model/group.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { DEFAULT_BRAKE } from '../../reconciler/plan/safety.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../support/plan-inputs.ts';
import { runsFactor } from '../support/runs.ts';

const SETTLE_MS = 10_000;
/** Of the accidents of a kind the suite tries every so many; all with RAMPART_RUNS=10. */
const STRIDE = runsFactor() === 1 ? 37 : Math.max(1, Math.floor(10 / runsFactor()));
const NOW_MS = Date.UTC(2026, 0, 1);

const names = readdirSync('policies').filter((name) => name.endsWith('.yaml'));
const whole = new Map(names.map((name) => [name, readFileSync(`policies/${name}`)]));

interface Accident {
  readonly file: string;
  readonly bytes: Uint8Array;
}

function loaded(accident: Accident | null): LoadedPolicies {
  const texts = new Map<string, Uint8Array>(whole);
  if (accident !== null) texts.set(accident.file, accident.bytes);
  const files = [...texts].map(([path, bytes]) => {
    const stamp = path === accident?.file ? 'accident' : 'whole';
    return { path, file: `policies/${path}`, bytes, stamp, inGit: null };
  });
  const content = contentHash(files);
  const known = { ...OUTSIDE_GIT, content, revision: content };
  return { files, unreadable: [], kinds: noKinds('policies'), ...known };
}

type Class = 'rejected' | 'held' | 'blocked' | 'within limits';

interface Outcome {
  readonly classes: readonly Class[];
  readonly update: DesiredUpdate;
  readonly plans: readonly GroupPlan[];
}

const rulesOf = ({ rules }: DesiredGroup): Rule[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule }) => rule);

/** What the group was as its policy said, now planned for what the policy has become. */
function planOf(before: DesiredGroup, after: DesiredGroup): GroupPlan {
  const inCloud = rulesOf(before);
  const policy = { ...policyOf([]), rules: after.rules, ignore: after.ignore, alone: after.alone };
  const safety = { ...SAFETY, lastConverged: new Set(inCloud.map(ruleIdentity)) };
  return planFor(policy, groupOf(described(inCloud)), OPTIONS, { safety, nowMs: NOW_MS });
}

async function outcomeOf(accident: Accident): Promise<{ first: DesiredUpdate; settled: Outcome }> {
  let elapsedMs = 0;
  const clock = { nowMs: () => NOW_MS + elapsedMs, monotonicMs: () => elapsedMs };
  const keeper = new DesiredKeeper({ accounts: ['default'], settleMs: SETTLE_MS, clock });
  const start = await keeper.take(loaded(null));
  const first = await keeper.take(loaded(accident));
  elapsedMs += SETTLE_MS;
  const update = await keeper.take(loaded(accident));
  const after = new Map(update.state.groups.map((group) => [desiredGroupKey(group), group]));
  const plans = start.state.groups.flatMap((group) => {
    const now = after.get(desiredGroupKey(group));
    return now === undefined ? [] : [planOf(group, now)];
  });
  const isRejected = update.problems.some(({ severity }) => severity === 'error');
  const classes: Class[] = [
    ...(isRejected ? (['rejected'] as const) : []),
    ...(first.problems.some(({ code }) => code === 'truncated') ? (['held'] as const) : []),
    ...(plans.some(({ status }) => status === 'blocked') ? (['blocked'] as const) : []),
    ...(plans.every(({ status }) => status !== 'blocked') ? (['within limits'] as const) : []),
  ];
  return { first, settled: { classes, update, plans } };
}

function expectWithinLimits({ plans, classes }: Outcome, what: string): void {
  expect(classes, what).not.toEqual([]);
  for (const plan of plans.filter(({ status }) => status === 'pending')) {
    expect(plan.losing.length, what).toBeLessThanOrEqual(DEFAULT_BRAKE.rules);
    expect(plan.opening, what).toEqual([]);
  }
}

const lines = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('utf8')
    .split(/(?<=\n)/);

describe.each([...whole])('accidents with %s', (file, bytes) => {
  it('as a cut at a byte are not taken inside a line, nor at once after one, and lose and open nothing beyond', async () => {
    for (let length = 0; length < bytes.length; length += STRIDE) {
      const cut = bytes.subarray(0, length);
      const { first, settled } = await outcomeOf({ file, bytes: cut });
      const what = `the first ${length} bytes`;
      const isBlankRest = bytes.subarray(length).toString().trim() === '' && length > 0;
      if (!isBlankRest)
        expect(
          first.problems.map(({ code }) => code),
          what,
        ).toContain('truncated');
      const isWholeLine = length > 0 && bytes[length - 1] === 0x0a;
      if (!isWholeLine && !isBlankRest) expect(settled.classes, what).toContain('rejected');
      expectWithinLimits(settled, what);
    }
  });

  it('as a lost line lose and open nothing beyond the limits', async () => {
    const all = lines(bytes);
    for (let at = 0; at < all.length; at += Math.min(STRIDE, 5)) {
      const rest = Buffer.from(all.toSpliced(at, 1).join(''));
      expectWithinLimits((await outcomeOf({ file, bytes: rest })).settled, `without line ${at + 1}`);
    }
  });

  it('as two swapped lines lose and open nothing beyond the limits', async () => {
    const all = lines(bytes);
    for (let at = 0; at + 1 < all.length; at += Math.min(STRIDE, 5)) {
      const swapped = Buffer.from(all.toSpliced(at, 2, all[at + 1] ?? '', all[at] ?? '').join(''));
      expectWithinLimits(
        (await outcomeOf({ file, bytes: swapped })).settled,
        `lines ${at + 1} and ${at + 2}`,
      );
    }
  });
});
