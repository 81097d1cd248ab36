// The figures of `bench -- report` as the part of docs/benchmarks.md that stands between its marks.
import type { Claim } from '../estate/claims.ts';
import { RULES } from '../estate/estate-state.ts';
import type { PlanFigures } from '../plan.ts';
import type { Circumstances } from './machine.ts';

export interface ReportFigures {
  readonly where: Circumstances;
  readonly groups: number;
  readonly ratePerMinute: number;
  readonly calibrationMs: number;
  readonly estate: readonly Claim[];
  readonly plans: readonly PlanFigures[];
}

const BEGIN = '<!-- bench report: begin -->';
const END = '<!-- bench report: end -->';

/** The page with these figures between its marks. Throws if it has none. */
export function withReport(page: string, figures: ReportFigures): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the page has no ${BEGIN} and ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${reportText(figures)}\n\n${page.slice(end)}`;
}

function reportText({ where, groups, ratePerMinute, calibrationMs, estate, plans }: ReportFigures): string {
  const inLoops = (ms: number): string => (ms / calibrationMs).toFixed(2);
  return `Commit ${where.commit}, ${where.date}, ${where.machine}, Node.js ${where.node}, load ${where.load.toFixed(1)} before the run. A
time is told as a multiple of the calibration loop, which took ${calibrationMs.toFixed(0)} ms.

### An estate of ${groups} groups of ${RULES} rules, ${ratePerMinute} reads a minute

${table(
  ['what', 'found', 'loops', 'goal', 'at most'],
  estate.map((claim) => [
    claim.name,
    `${shownValue(claim)} ${claim.unit}`.trim(),
    claim.unit === 'ms' ? inLoops(claim.value) : '',
    claim.goal === null ? '' : String(claim.goal),
    claim.most === null ? '' : String(claim.most),
  ]),
)}

The plain client makes one Authorize and two reads a rule, ten rules side by side, in the same run. Rampart's time begins with the saving of the file.

### Plans and proofs

Medians of five. Batches: one Authorize and one Revoke for each hundred rules, in any order, which is not safe. Fewer calls are a Modify.

${table(
  [
    'shape',
    'rules',
    'edits',
    'calls',
    'batches',
    'calls / batches',
    'order, loops',
    'proof, loops',
    'traffic, loops',
  ],
  plans.map((plan) => [
    plan.shape,
    ...[plan.rules, plan.edits, plan.calls, plan.plainCalls].map(String),
    (plan.calls / plan.plainCalls).toFixed(1),
    ...[plan.orderMs, plan.proofMs, plan.deltaMs].map(inLoops),
  ]),
)}`;
}

const shownValue = ({ value, unit }: Claim): string =>
  value.toFixed(unit === 'x' ? 3 : Number.isInteger(value) ? 0 : 1);

const table = (heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
  [heads, heads.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
