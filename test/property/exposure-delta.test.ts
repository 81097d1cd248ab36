// Invariants of `decide` and `exposureDelta`, judged by the packet oracle:
// - decide gives the oracle's action, and names a rule that matches and has that action
// - a packet is in exactly one opened box iff it was dropped and is accepted, and never in a closed one
// - likewise for closed boxes
// - the effects hold the same boxes; each example is in a box of its effect and changes as it says
// - the named rule is one that was added or removed, and matches its example
// - the answer does not depend on the order of the rules
// - out of budget, the boxes still hold every packet that changes, and what is told exactly is true
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Box } from '../../reconciler/exposure/text/box.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { compileRules } from '../../reconciler/exposure/engine/universe.ts';
import { decide } from '../../reconciler/exposure/ask/decide.ts';
import { exposureDelta, type ExposureDelta } from '../../reconciler/exposure/ask/delta.ts';
import type { ExposureEffect } from '../../reconciler/exposure/ask/effects.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { BENCH_CONTEXT, editGroup, makeGroup, type Shape } from '../../bench/shapes.ts';
import { readBox, type BoxReader } from '../support/box-oracle.ts';
import { oracleDecide, oracleMatches } from '../support/packet-oracle.ts';
import { everyPacketClass, PacketSource } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryContext,
  arbitraryEdit,
  NARROW_WORLD,
  WIDE_WORLD,
  type RuleSetPair,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const PACKETS_PER_PAIR = 30;

interface Scene extends RuleSetPair {
  readonly context: GroupContext;
  readonly seed: number;
}

const arbitraryScene = (maxRules: number, world: World): fc.Arbitrary<Scene> =>
  fc
    .record({ edit: arbitraryEdit(maxRules, world), context: arbitraryContext(), seed: fc.nat() })
    .map(({ edit, ...rest }) => ({ ...edit, ...rest }));

/** `opens`, `closes`, or null if the packet fares as before. */
function changeOf({ before, after, context }: Scene, packet: Packet): 'opens' | 'closes' | null {
  const then = oracleDecide(before, packet, context);
  const now = oracleDecide(after, packet, context);
  return then === now ? null : now === 'accept' ? 'opens' : 'closes';
}

function packetsOf(scene: Scene, count: number): Packet[] {
  const source = new PacketSource([...scene.before, ...scene.after], scene.context, new Random(scene.seed));
  return Array.from({ length: count }, () => source.next());
}

/** Boxes don't say that they leave out traffic between open members, so those packets are not asked. */
function isAskable(packet: Packet, { context }: Scene): boolean {
  const open = context.type === 'normal' && context.innerAccess === 'accept';
  return !(open && packet.nicType === 'intranet' && packet.memberOf.includes(context.id));
}

/** Checks packets against the boxes of a delta, each box read once. */
function checker(scene: Scene, delta: ExposureDelta): (packet: Packet) => void {
  const read = (boxes: readonly Box[]): BoxReader[] => boxes.map((box) => readBox(box, scene.context));
  const [opened, closed] = [read(delta.opened), read(delta.closed)];
  const holding = (readers: readonly BoxReader[], packet: Packet): number =>
    readers.filter((holds) => holds(packet)).length;
  return (packet) => {
    const change = changeOf(scene, packet);
    if (!isAskable(packet, scene)) {
      expect(change).toBeNull();
    } else if (delta.exact) {
      const counts = [holding(opened, packet), holding(closed, packet)];
      expect(counts).toEqual([change === 'opens' ? 1 : 0, change === 'closes' ? 1 : 0]);
    } else if (change !== null) {
      expect(holding(change === 'opens' ? opened : closed, packet)).toBeGreaterThan(0);
    }
  };
}

it('decides each packet as the oracle does, and names a rule that says so', () => {
  fc.assert(
    fc.property(arbitraryScene(12, WIDE_WORLD), (scene) => {
      for (const packet of packetsOf(scene, PACKETS_PER_PAIR)) {
        const decision = decide(scene.before, packet, scene.context);
        expect(decision.action).toBe(oracleDecide(scene.before, packet, scene.context));
        if (decision.by !== 'rule') continue;
        expect(decision.rule.action).toBe(decision.action);
        expect(oracleMatches(decision.rule, packet, scene.context)).toBe(true);
      }
    }),
    runs(1000),
  );
});

it.each([
  ['wide', WIDE_WORLD, 12, 800],
  ['narrow', NARROW_WORLD, 8, 400],
] as const)('finds exactly what opens and closes in a %s world', (_, world, maxRules, inSuite) => {
  fc.assert(
    fc.property(arbitraryScene(maxRules, world), (scene) => {
      const delta = exposureDelta(scene.before, scene.after, scene.context);
      expect(delta.exact).toBe(true);
      packetsOf(scene, PACKETS_PER_PAIR).forEach(checker(scene, delta));
    }),
    runs(inSuite),
  );
});

it('is right for every class of packets of small groups', () => {
  fc.assert(
    fc.property(arbitraryScene(4, NARROW_WORLD), (scene) => {
      const check = checker(scene, exposureDelta(scene.before, scene.after, scene.context));
      for (const packet of everyPacketClass([...scene.before, ...scene.after], scene.context)) check(packet);
    }),
    runs(30),
  );
});

it('tells the difference rule by rule, without overlap, each with an example that proves it', () => {
  fc.assert(
    fc.property(arbitraryScene(12, WIDE_WORLD), (scene) => {
      const { effects } = exposureDelta(scene.before, scene.after, scene.context);
      for (const { effect, rule, change, boxes, example } of effects) {
        const [has, hasNot] = change === 'added' ? [scene.after, scene.before] : [scene.before, scene.after];
        expect(has).toContain(rule);
        expect(hasNot).not.toContain(rule);
        if (example === null) throw new Error('an exact answer has examples');
        expect(changeOf(scene, example)).toBe(effect);
        expect(oracleMatches(rule, example, scene.context)).toBe(true);
        expect(boxes.filter((box) => readBox(box, scene.context)(example))).toHaveLength(1);
      }
      const boxesThat = (effect: ExposureEffect['effect']): Box[] =>
        effects.filter((item) => item.effect === effect).flatMap((item) => item.boxes);
      const told = { opened: boxesThat('opens'), closed: boxesThat('closes'), effects, exact: true };
      packetsOf(scene, PACKETS_PER_PAIR).forEach(checker(scene, told));
    }),
    runs(400),
  );
});

it('gives the same answer whatever the order of the rules', () => {
  fc.assert(
    fc.property(arbitraryScene(12, WIDE_WORLD), (scene) => {
      const random = new Random(scene.seed);
      const shuffled = exposureDelta(
        random.shuffle<Rule>(scene.before),
        random.shuffle<Rule>(scene.after),
        scene.context,
      );
      expect(shuffled).toEqual(exposureDelta(scene.before, scene.after, scene.context));
    }),
    runs(200),
  );
});

it('holds every change even when it runs out of budget', () => {
  fc.assert(
    fc.property(arbitraryScene(12, WIDE_WORLD), fc.nat(3000), (scene, maxWork) => {
      const delta = exposureDelta(scene.before, scene.after, scene.context, maxWork);
      packetsOf(scene, PACKETS_PER_PAIR).forEach(checker(scene, delta));
      const exact = delta.effects.filter(({ example }) => example !== null);
      for (const { effect, boxes } of exact) {
        const readers = boxes.map((box) => readBox(box, scene.context));
        for (const packet of packetsOf(scene, PACKETS_PER_PAIR)) {
          if (readers.some((holds) => holds(packet))) expect(changeOf(scene, packet)).toBe(effect);
        }
      }
      if (exact.length < delta.effects.length) return;
      const boxesThat = (effect: ExposureEffect['effect']): Box[] =>
        delta.effects.filter((item) => item.effect === effect).flatMap((item) => item.boxes);
      const told = { ...delta, opened: boxesThat('opens'), closed: boxesThat('closes'), exact: true };
      packetsOf(scene, PACKETS_PER_PAIR).forEach(checker(scene, told));
    }),
    runs(400),
  );
});

it.each<[shape: Shape, rules: number, edits: number]>([
  ['boxes2d', 250, 20],
  ['boxes2d', 300, 300],
  ['boxes4d', 300, 5],
  ['boxes4d', 300, 20],
])('is as exact for %s of %i rules, whose peers are asked for before their ports', (shape, size, edits) => {
  const random = new Random(edits);
  const before = [...makeGroup(shape, size, random), ...makeGroup('groups', 1, random)];
  const after = editGroup(shape, before, edits, random);
  const context = BENCH_CONTEXT;
  const [universe] = compileRules([...before, ...after], context).universes;
  expect(universe?.fields.indexOf('peer')).toBeLessThan(universe?.fields.indexOf('port') ?? -1);
  const scene = { before, after, context, seed: edits };
  const delta = exposureDelta(before, after, context);
  expect(delta.exact).toBe(true);
  packetsOf(scene, 400).forEach(checker(scene, delta));
  for (const { effect, example } of delta.effects) {
    if (example === null) throw new Error('an exact answer has examples');
    expect(changeOf(scene, example)).toBe(effect);
  }
  expect(exposureDelta(random.shuffle<Rule>(before), random.shuffle<Rule>(after), context)).toEqual(delta);
});
