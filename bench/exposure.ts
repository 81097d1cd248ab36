// How long the exposure engine takes, and how much it says, beside the targets of docs/algorithms.md.
import { findAnomalies } from '../reconciler/exposure/ask/anomalies.ts';
import { contains } from '../reconciler/exposure/ask/contains.ts';
import { decide } from '../reconciler/exposure/ask/decide.ts';
import { compareRuleSets } from '../reconciler/exposure/ask/comparison.ts';
import { changedTraffic } from '../reconciler/exposure/ask/delta.ts';
import { DEFAULT_MAX_WORK } from '../reconciler/exposure/engine/meter.ts';
import type { Packet } from '../reconciler/exposure/engine/packet.ts';
import type { Rule } from '../reconciler/model/rule.ts';
import { PacketSource } from '../test/support/packets.ts';
import { Random } from '../test/support/random.ts';
import { BENCH_CONTEXT, editGroup, makeGroup, type Shape } from './shapes.ts';

const WARM_UP_MS = 700;
const ROUNDS = 9;
const SIZES = [20, 200, 1000] as const;
const EDITS = [1, 5, 20, 100, Infinity] as const;
const SHAPES: readonly Shape[] = ['grown', 'boxes2d', 'boxes4d', 'groups'];

/** Milliseconds that a median should stay under. */
const TARGETS: Readonly<Record<string, number>> = {
  'delta grown 200 few': 5,
  'delta grown 200 all': 20,
  'delta grown 1000 few': 25,
  'delta grown 1000 all': 150,
  'delta boxes2d 200 all': 60,
  'delta boxes2d 1000 all': 1000,
  'anomalies grown 200': 30,
  'anomalies grown 1000': 100,
  'contains grown 200': 5,
  'contains grown 1000': 15,
  'decide grown 200': 0.02,
  'decide grown 1000': 0.1,
};

export function benchExposure(): void {
  console.log(`medians of ${ROUNDS}, warm; inexact: answers that hit the budget`);
  for (const shape of SHAPES) for (const size of SIZES) benchDelta(shape, size);
  for (const shape of SHAPES) for (const size of SIZES) benchQuestions(shape, size);
}

function benchDelta(shape: Shape, size: number): void {
  for (const edits of EDITS.filter((count) => count === Infinity || count < size)) {
    let boxes = 0;
    let inexact = 0;
    const times = rounds((random) => {
      const before = makeGroup(shape, size, random);
      const after = editGroup(shape, before, Math.min(edits, size), random);
      return () => {
        const delta = changedTraffic(compareRuleSets(before, after, BENCH_CONTEXT), DEFAULT_MAX_WORK);
        boxes = delta.opened.length + delta.closed.length;
        if (!delta.exact) inexact += 1;
      };
    });
    const many = edits === Infinity ? 'all' : edits <= 20 ? 'few' : 'many';
    const found = `${boxes} boxes${inexact > 0 ? `, ${inexact} inexact` : ''}`;
    report(`delta ${shape} ${size}`, many, `${Math.min(edits, size)} edits: ${found}`, times);
  }
}

function benchQuestions(shape: Shape, size: number): void {
  let found = 0;
  const anomalies = rounds((random) => {
    const group = makeGroup(shape, size, random);
    return () => (found = findAnomalies(group, BENCH_CONTEXT).anomalies.length);
  });
  report(`anomalies ${shape} ${size}`, '', `${found} found`, anomalies);
  let verdict = '';
  const containment = rounds((random) => {
    const outer = makeGroup(shape, size, random);
    const inner = random.shuffle<Rule>(outer).filter((rule) => rule.action === 'drop' || random.chance(0.9));
    return () => (verdict = contains(outer, inner, BENCH_CONTEXT).kind);
  });
  report(`contains ${shape} ${size}`, '', verdict, containment);
  const packets: Packet[] = [];
  const decisions = rounds((random) => {
    const group = makeGroup(shape, size, random);
    const source = new PacketSource(group, BENCH_CONTEXT, random);
    packets.splice(0, Infinity, ...Array.from({ length: 100 }, () => source.next()));
    return () => {
      for (const packet of packets) decide(group, packet, BENCH_CONTEXT);
    };
  });
  report(
    `decide ${shape} ${size}`,
    '',
    'a packet',
    decisions.map((time) => time / packets.length),
  );
}

/** Prepares and times each round. Preparation does not count, nor does the time to warm up. */
function rounds(prepare: (random: Random) => () => unknown): number[] {
  const times: number[] = [];
  const warmUpEnd = performance.now() + WARM_UP_MS;
  for (let round = 1; times.length < ROUNDS; round += 1) {
    const work = prepare(new Random(round));
    const start = performance.now();
    work();
    if (round > 1 && start >= warmUpEnd) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

function report(name: string, kind: string, note: string, times: readonly number[]): void {
  const median = times[Math.floor(times.length / 2)] ?? NaN;
  const target = TARGETS[`${name} ${kind}`.trim()];
  const beside = target === undefined ? '' : ` (target ${target})`;
  const digits = median < 1 ? 3 : 1;
  const max = (times.at(-1) ?? NaN).toFixed(digits);
  console.log(`${name.padEnd(24)} ${median.toFixed(digits).padStart(9)} ms, max ${max}${beside}; ${note}`);
}
