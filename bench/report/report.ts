// `npm run bench -- report [--groups N] [--json]` (`npm run build` first): the estate, plans and proofs, written into
// docs/benchmarks.md with commit and machine; as JSON to stdout, and no page, with --json. Progress goes to stderr.
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { runEstate } from '../estate/estate.ts';
import { planFigures, type PlanFigures } from '../plan.ts';
import { circumstances } from './machine.ts';
import { withReport, type ReportFigures } from './report-page.ts';

const PAGE = 'docs/benchmarks.md';

/** Answers whether everything was within its bounds. */
export async function benchReport(groups: number, json: boolean): Promise<boolean> {
  const where = circumstances();
  const told = (what: string) => {
    console.error(`${what} …`);
  };
  const { options, claims, calibrationMs } = await runEstate(groups, (part) => {
    told(`estate of ${groups} groups: ${part}`);
  });
  const plans: PlanFigures[] = [];
  for (const figures of planFigures()) {
    plans.push(figures);
    told(`plans: ${figures.shape}, ${figures.rules} rules, ${figures.edits} edits done`);
  }
  const { ratePerMinute } = options;
  const figures: ReportFigures = { where, groups, ratePerMinute, calibrationMs, estate: claims.all, plans };
  if (json) console.log(JSON.stringify({ version: 1, ...figures }, null, 2));
  else {
    const page = withReport(readFileSync(PAGE, 'utf8'), figures);
    writeFileSync(PAGE, await format(page, { parser: 'markdown', printWidth: 110 }));
    console.error(`written: ${PAGE}`);
  }
  for (const { name } of claims.broken) console.error(`BROKEN: ${name}`);
  return claims.broken.length === 0;
}
