// Records the plans of an old checkout, so that the current planner can be held to them (test/property/plan-baseline).
//
//   npx tsx scripts/record-plans.ts CHECKOUT              write test/fixtures/plans/ (CHECKOUT: a folder with 3ed103f)
//   npx tsx scripts/record-plans.ts --show N CHECKOUT     how the plan of case N differs now
//   npx tsx scripts/record-plans.ts --temporary CHECKOUT  how often the temporary rule is what makes a plan hitless
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import changedCases from '../test/fixtures/plans/changed-cases.json' with { type: 'json' };
import { currentPlan } from '../test/support/current-plan.ts';
import { fullCase, PLAN_CASES, planCase, type PlanCase } from '../test/support/plan-cases.ts';
import {
  casesDigest,
  normalised,
  planDigest,
  usesTemporaryRule,
  type StepsDocument,
} from '../test/support/plan-digest.ts';

const FIXTURES = join(import.meta.dirname, '../test/fixtures/plans');
const FULL_CASES = 3000;

interface OldDocument extends StepsDocument {
  readonly status: string;
  readonly hitless: boolean;
}
type OldPlanner = (planned: PlanCase, temporaryRules: boolean) => OldDocument;

/** What is used of the modules of 3ed103f. */
interface OldModules {
  readonly planGroup: (policy: unknown, group: PlanCase['group'], options: object) => unknown;
  readonly planDocument: (plan: unknown) => OldDocument;
  readonly withhold: (
    policy: PlanCase['policy'],
    described: PlanCase['group']['rules'],
    withheld: object,
  ) => unknown;
}

async function oldPlanner(checkout: string): Promise<OldPlanner> {
  const load = async (path: string): Promise<object> =>
    (await import(pathToFileURL(resolve(checkout, path)).href)) as object;
  const modules = {
    ...(await load('reconciler/plan/plan-group.ts')),
    ...(await load('reconciler/plan/report.ts')),
    ...(await load('reconciler/plan/withhold.ts')),
  } as OldModules;
  return ({ policy, group, quarantined, options }, temporaryRules) => {
    const withheld = { desired: new Set(quarantined.desired), described: new Set(quarantined.described) };
    const wanted = modules.withhold(policy, group.rules, withheld);
    return modules.planDocument(modules.planGroup(wanted, group, { ...options, temporaryRules }));
  };
}

const range = (length: number): number[] => Array.from({ length }, (_, number) => number);

function record(plan: OldPlanner, commit: string): void {
  const cases = range(PLAN_CASES).map(planCase);
  const plans = cases.map((planned) => plan(planned, true));
  const digests = plans.map(planDigest);
  const withoutRule = cases.map((planned) => planDigest(plan(planned, false)));
  write('baseline.json', { commit, cases: casesDigest(cases), plans: digests });
  write(
    'temporary-rule-cases.json',
    [...plans.entries()]
      .filter(([number, document]) => usesTemporaryRule(document) || digests[number] !== withoutRule[number])
      .map(([number]) => ({ case: number, withoutRule: withoutRule[number] })),
  );
}

function write(name: string, content: unknown): void {
  writeFileSync(join(FIXTURES, name), `${JSON.stringify(content, null, 2)}\n`);
}

/** The plan that the test expects beside the one that is made now. */
function show(plan: OldPlanner, number: number): void {
  const planned = planCase(number);
  const isChanged = changedCases.some((listed) => listed.case === number);
  const folder = mkdtempSync(join(tmpdir(), `plan-${number}-`));
  const files = {
    input: planned,
    before: normalised(plan(planned, !isChanged)),
    after: normalised(currentPlan(planned)),
  };
  for (const [name, content] of Object.entries(files)) {
    const text = JSON.stringify(
      content,
      (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
      2,
    );
    writeFileSync(join(folder, `${name}.json`), `${text}\n`);
  }
  console.log(`case ${number}: ${planned.title}; input.json, before.json and after.json are in ${folder}`);
  spawnSync('git', ['diff', '--no-index', 'before.json', 'after.json'], { cwd: folder, stdio: 'inherit' });
}

function countTemporary(plan: OldPlanner): void {
  count('the recorded cases', range(PLAN_CASES).map(planCase), plan);
  for (const free of [0, 1, 2]) {
    count(
      `groups with ${free} free slots`,
      range(FULL_CASES).map((number) => fullCase(number, free)),
      plan,
    );
  }
}

function count(title: string, cases: readonly PlanCase[], plan: OldPlanner): void {
  const used = cases.filter((planned) => usesTemporaryRule(plan(planned, true)));
  const needed = used.filter((planned) => !plan(planned, false).hitless);
  const recut = needed.filter((planned) => planned.title.includes('recut'));
  const solved = needed.filter((planned) => currentPlan(planned).hitless);
  console.log(
    `${title}: ${cases.length} plans, ${used.length} with a temporary rule, ${needed.length} not hitless without it, ` +
      `${recut.length} of them recut, ${solved.length} hitless by the current planner`,
  );
}

async function main([first = '', second = '', third = '']: readonly string[]): Promise<void> {
  if (first === '--show') show(await oldPlanner(third), Number(second));
  else if (first === '--temporary') countTemporary(await oldPlanner(second));
  else {
    const head = spawnSync('git', ['-C', first, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
    record(await oldPlanner(first), head.stdout.trim());
  }
}

await main(process.argv.slice(2));
