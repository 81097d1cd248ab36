// A trial as text, as it stands in docs/scale-out.md.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import type { Throughput } from './throughput.ts';
import type { TrialPlan, TrialResult } from './trial.ts';

export interface TrialName extends TrialPlan {
  readonly kind: string;
  readonly seconds: number;
}

/** From the blow to the first read by a new owner. A busy machine may take ten times as long. */
const GOAL_MS = 6000;
const SLACK = 10;

export const failoverTooSlow = ({ figures }: TrialResult): string[] =>
  (figures.msToFirstRead ?? [])
    .filter((ms) => ms > GOAL_MS * SLACK)
    .map((ms) => `a failover took ${ms} ms, of which ${GOAL_MS} are the goal`);

export function resultText(
  { kind, seed, moments, readsPerMinute, seconds }: TrialName,
  result: TrialResult,
): string {
  const { counts, figures, busiestMinutes, violations } = result;
  return [
    `trial ${kind}, ${moments} moments, ${readsPerMinute} reads a minute, seed ${seed}: ${seconds} s, ${machine()}`,
    ...Object.entries(counts).map(([name, count]) => `${name} ${count}`),
    ...Object.entries(figures).map(([name, values]) => `${name} ${spread(values)}`),
    ...Object.entries(busiestMinutes).map(([action, most]) => `most of ${action} in a minute ${most}`),
    ...(violations.length === 0 ? ['all held'] : violations.map((text) => `BROKEN: ${text}`)),
  ].join('\n');
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? NaN;
  return `min ${at(0)}, median ${at(0.5)}, 95% ${at(0.95)}, max ${at(1)}, of ${sorted.length}`;
}

/** As rows of a table. */
export function throughputText(measured: readonly Throughput[]): string {
  const [one] = measured;
  const times = (value: number, of: number | undefined): string => `${(value / (of ?? NaN)).toFixed(2)} x`;
  const rows = measured.map(({ replicas, readsPerSecond, plansPerSecond, cores }) => [
    ...[String(replicas), readsPerSecond.toFixed(1), times(readsPerSecond, one?.readsPerSecond)],
    ...[plansPerSecond.toFixed(1), times(plansPerSecond, one?.plansPerSecond), cores.toFixed(2)],
  ]);
  const head = ['replicas', 'reads a second', '', 'plans a second', '', 'cores of all replicas'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, machine()].join('\n');
}

function machine(): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const [busy = NaN] = loadavg();
  return `commit ${stdout.trim()}, Node.js ${process.version}, ${cpus().length} cores, load ${busy.toFixed(1)}`;
}
