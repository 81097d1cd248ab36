// How long ten guardrails and ten expectations take on a group at both ends of a plan, beside the goal.
import { nearestChange } from '../reconciler/judge/nearest/nearest.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../reconciler/judge/count/senders.ts';
import { judgeChange, judgeRules, type JudgeContext } from '../reconciler/judge/verdict/judge.ts';
import { expectation, guardrail } from '../test/support/judge/demands.ts';
import { Random } from '../test/support/random.ts';
import { BENCH_CONTEXT, editGroup, makeGroup, type Shape } from './shapes.ts';

const ROUNDS = 5;
const GOAL_MS = 500;
const SIZES = [200, 1000] as const;

const SERVICES = [
  'tcp/22',
  'tcp/3389',
  'tcp/3306',
  'tcp/5432',
  'tcp/6379',
  'tcp/9200',
  'tcp/27017',
  'udp',
  'tcp/1-1024',
  'all',
];

const GUARDRAILS = SERVICES.map((service, at) => guardrail({ id: `guardrail-${at}`, services: [service] }));

const EXPECTATIONS = SERVICES.map((service, at) =>
  at % 2 === 0
    ? expectation('drop', { services: [service], peers: ['internet'] })
    : expectation('accept', { services: [service], peers: ['10.1.0.0/16', 'sg-3'] }),
);

const CONTEXT: JudgeContext = { group: BENCH_CONTEXT, privateNetworks: DEFAULT_PRIVATE_NETWORKS, nowMs: 0 };

export function benchJudge(): void {
  const demands = { guardrails: GUARDRAILS, expectations: EXPECTATIONS };
  for (const shape of ['grown', 'groups', 'boxes2d'] satisfies Shape[]) {
    for (const size of SIZES) {
      const times: number[] = [];
      const nearest: number[] = [];
      let unknown = 0;
      for (let round = 0; round <= ROUNDS; round += 1) {
        const random = new Random(round + 1);
        const before = makeGroup(shape, size, random);
        const after = editGroup(shape, before, 5, random);
        const start = performance.now();
        const { guardrails, expectations } = judgeChange(before, after, demands, CONTEXT);
        const end = performance.now();
        if (round > 0) times.push(end - start);
        unknown = [...guardrails, ...expectations].filter(({ verdict }) => verdict.kind === 'unknown').length;
        const broken = judgeRules(after, demands, CONTEXT).guardrails.find(
          ({ verdict }) => verdict.kind === 'violated',
        );
        if (round === 0 || broken === undefined) continue;
        const asked = performance.now();
        nearestChange(broken.demand, after, CONTEXT);
        nearest.push(performance.now() - asked);
      }
      const median = medianOf(times);
      const goal = shape === 'grown' && size === 1000 ? ` (goal ${GOAL_MS})` : '';
      console.log(
        `judge ${shape} ${size}`.padEnd(24) +
          ` ${median.toFixed(1).padStart(9)} ms${goal}; ${unknown} unknown${nearest.length === 0 ? '' : `; nearest change ${medianOf(nearest).toFixed(1)} ms`}`,
      );
    }
  }
}

const medianOf = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
