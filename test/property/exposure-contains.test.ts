// Invariants of `contains`, judged by the packet oracle:
// - `holds` means that no packet contradicts it: of every class in a narrow world, random ones in a wide one
// - `fails` comes with a witness that `inner` accepts and `outer` drops
// - out of budget the verdict is `unknown` or right
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contains } from '../../reconciler/exposure/ask/contains.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Verdict } from '../../reconciler/exposure/ask/verdict.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { everyPacketClass, PacketSource } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryContext,
  arbitraryEdit,
  NARROW_WORLD,
  WIDE_WORLD,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const UNLIMITED = Infinity;

interface Scene {
  readonly outer: readonly Rule[];
  readonly inner: readonly Rule[];
  readonly context: GroupContext;
}

const arbitraryScene = (maxRules: number, world: World): fc.Arbitrary<Scene> =>
  fc
    .record({ edit: arbitraryEdit(maxRules, world), context: arbitraryContext() })
    .map(({ edit, context }) => ({ outer: edit.before, inner: edit.after, context }));

function expectRight(verdict: Verdict, { outer, inner, context }: Scene, packets: Iterable<Packet>): void {
  const contradicts = (packet: Packet): boolean =>
    oracleDecide(inner, packet, context) === 'accept' && oracleDecide(outer, packet, context) === 'drop';
  if (verdict.kind === 'fails') expect(contradicts(verdict.witness)).toBe(true);
  if (verdict.kind === 'holds') for (const packet of packets) expect(contradicts(packet)).toBe(false);
}

it('agrees with every packet class of a narrow world', () => {
  fc.assert(
    fc.property(arbitraryScene(5, NARROW_WORLD), (scene) => {
      const verdict = contains(scene.outer, scene.inner, scene.context, UNLIMITED);
      expect(verdict.kind).not.toBe('unknown');
      expectRight(verdict, scene, everyPacketClass([...scene.outer, ...scene.inner], scene.context));
    }),
    runs(300),
  );
});

it.each([
  ['without a limit', UNLIMITED],
  ['on a small budget', 30],
])('agrees with random packets of a wide world %s', (_, maxWork) => {
  fc.assert(
    fc.property(arbitraryScene(12, WIDE_WORLD), fc.nat(), (scene, seed) => {
      const source = new PacketSource([...scene.outer, ...scene.inner], scene.context, new Random(seed));
      const packets = Array.from({ length: 30 }, () => source.next());
      expectRight(contains(scene.outer, scene.inner, scene.context, maxWork), scene, packets);
    }),
    runs(1000),
  );
});
