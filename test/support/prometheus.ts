// What a Prometheus would say: samples of scrapes, and the alert rules of deploy/ over a story of them, judged by promtool.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const RULES = path.resolve(import.meta.dirname, '../../deploy/prometheus/rules.yaml');

/** The value of each series by its name and labels, as a scrape shows it. */
export type Samples = ReadonlyMap<string, number>;

export function readSamples(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Of a daemon that cannot be reached. */
export const UNREACHED: Samples = new Map();

const CALM_MINUTES = 60;
const FAULT_MINUTES = 120;
const CURED_MINUTES = 180;

/**
 * Whether the alert fires while all is well, 35 minutes into the fault, and two hours after the cure. Each scrape stands for its
 * whole time, so a counter grows at the turn from one to the next and not after it.
 */
export function firing(
  alert: string,
  story: { readonly calm: Samples; readonly fault: Samples; readonly cured: Samples },
  folder: string,
): boolean[] {
  const phases: ReadonlyArray<readonly [Samples, number]> = [
    [story.calm, CALM_MINUTES],
    [story.fault, FAULT_MINUTES],
    [story.cured, CURED_MINUTES],
  ];
  const names = new Set(phases.flatMap(([samples]) => [...samples.keys()]));
  const series = [...names].filter((name) => name.startsWith('rampart_'));
  const lines = series.map((name) => ({
    series: name,
    values: phases.map(([samples, minutes]) => held(samples.get(name), minutes)).join(' '),
  }));
  const up = phases.map(([samples, minutes]) => held(samples.size === 0 ? 0 : 1, minutes)).join(' ');
  const moments = [CALM_MINUTES - 1, CALM_MINUTES + 35, CALM_MINUTES + FAULT_MINUTES + 120];
  return moments.map((minute) => {
    const tests = {
      rule_files: [RULES],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [{ series: 'up{job="rampart"}', values: up }, ...lines],
          promql_expr_test: [
            {
              expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) > bool 0`,
              eval_time: `${minute}m`,
              exp_samples: [{ labels: '{}', value: 1 }],
            },
          ],
        },
      ],
    };
    const file = path.join(folder, 'story.json');
    writeFileSync(file, JSON.stringify(tests));
    return passes(file);
  });
}

/** False where the expression has no samples; anything else that promtool says is a bug of the test. */
function passes(file: string): boolean {
  try {
    execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' });
    return true;
  } catch (error) {
    const said =
      String((error as { stderr?: unknown }).stderr) + String((error as { stdout?: unknown }).stdout);
    if (/got:\s*nil/.test(said)) return false;
    throw new Error(`promtool on ${readFileSync(file, 'utf8').slice(0, 500)}: ${said}`, { cause: error });
  }
}

function held(value: number | undefined, minutes: number): string {
  return value === undefined || Number.isNaN(value) ? `_x${minutes}` : `${value}+0x${minutes - 1}`;
}
