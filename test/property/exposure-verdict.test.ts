// Invariants of `contains` and `stateCheck`, judged by the packet oracle:
// - `holds` means that no packet contradicts it: every class in a narrow world, random ones in a wide world
// - `fails` comes with a witness that contradicts it
// - restricted to one rule, only packets that the rule matches count
// - out of budget the verdict is `unknown` or right
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contains } from '../../reconciler/exposure/contains.ts';
import type { GroupContext } from '../../reconciler/exposure/context.ts';
import type { Packet } from '../../reconciler/exposure/packet.ts';
import { stateCheck, type StateQuestion } from '../../reconciler/exposure/state-check.ts';
import { compileRules } from '../../reconciler/exposure/universe.ts';
import type { Verdict } from '../../reconciler/exposure/verdict.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { oracleDecide, oracleMatches } from '../support/packet-oracle.ts';
import { everyPacketClass, PacketSource } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryContext,
  arbitraryEdit,
  arbitraryRules,
  NARROW_WORLD,
  WIDE_WORLD,
  type World,
} from '../support/rule-sets.ts';

const UNLIMITED = Infinity;

interface Claim {
  readonly verdict: Verdict;
  /** Whether a packet speaks against what the verdict is about. */
  readonly isBroken: (packet: Packet) => boolean;
}

function expectTrue({ verdict, isBroken }: Claim, packets: Iterable<Packet>): void {
  if (verdict.kind === 'fails') expect(isBroken(verdict.witness)).toBe(true);
  if (verdict.kind === 'holds') for (const packet of packets) expect(isBroken(packet)).toBe(false);
}

function* randomPackets(rules: readonly Rule[], context: GroupContext, seed: number): Generator<Packet> {
  const source = new PacketSource(rules, context, new Random(seed));
  for (let count = 0; count < 25; count += 1) yield source.next();
}

interface ContainsScene {
  readonly outer: readonly Rule[];
  readonly inner: readonly Rule[];
  readonly context: GroupContext;
  readonly seed: number;
}

const arbitraryContains = (maxRules: number, world: World): fc.Arbitrary<ContainsScene> =>
  fc
    .record({ edit: arbitraryEdit(maxRules, world), context: arbitraryContext(), seed: fc.nat() })
    .map(({ edit, ...rest }) => ({ outer: edit.before, inner: edit.after, ...rest }));

const containsClaim = ({ outer, inner, context }: ContainsScene, maxWork: number): Claim => ({
  verdict: contains(outer, inner, context, maxWork),
  isBroken: (packet) =>
    oracleDecide(inner, packet, context) === 'accept' && oracleDecide(outer, packet, context) === 'drop',
});

interface StateScene {
  readonly rules: readonly Rule[];
  readonly question: StateQuestion;
  readonly context: GroupContext;
  readonly seed: number;
}

/** Rules that are before, after or in both, and a state that is mostly made of either. */
function arbitraryState(maxRules: number, world: World, restricted: boolean): fc.Arbitrary<StateScene> {
  return fc
    .record({ rules: arbitraryRules(maxRules, world), context: arbitraryContext(), seed: fc.nat() })
    .map((scene) => {
      const random = new Random(scene.seed);
      const indexes = [...scene.rules.keys()];
      const before = indexes.filter(() => random.chance(0.6));
      const after = indexes.filter((rule) => random.chance(before.includes(rule) ? 0.6 : 0.8));
      const state = indexes.filter((rule) =>
        random.chance((before.includes(rule) ? 0.45 : 0.05) + (after.includes(rule) ? 0.5 : 0)),
      );
      const within = restricted && indexes.length > 0 ? random.pick(indexes) : null;
      return { ...scene, question: { before, after, state, within } };
    });
}

function stateClaim({ rules, question, context }: StateScene, maxWork: number): Claim {
  const decide = (subset: readonly number[], packet: Packet): string =>
    oracleDecide(
      subset.flatMap((rule) => rules[rule] ?? []),
      packet,
      context,
    );
  const { before, after, state, within } = question;
  const inside = rules.filter((_, rule) => rule === within);
  return {
    verdict: stateCheck(compileRules(rules, context), question, maxWork),
    isBroken: (packet) =>
      (within === null || inside.some((rule) => oracleMatches(rule, packet, context))) &&
      ![decide(before, packet), decide(after, packet)].includes(decide(state, packet)),
  };
}

it('contains agrees with every packet class of a narrow world', () => {
  fc.assert(
    fc.property(arbitraryContains(5, NARROW_WORLD), (scene) => {
      const claim = containsClaim(scene, UNLIMITED);
      expect(claim.verdict.kind).not.toBe('unknown');
      expectTrue(claim, everyPacketClass([...scene.outer, ...scene.inner], scene.context));
    }),
    { numRuns: 400 },
  );
});

it('contains agrees with random packets of a wide world', () => {
  fc.assert(
    fc.property(arbitraryContains(12, WIDE_WORLD), fc.constantFrom(UNLIMITED, 30), (scene, maxWork) => {
      const rules = [...scene.outer, ...scene.inner];
      expectTrue(containsClaim(scene, maxWork), randomPackets(rules, scene.context, scene.seed));
    }),
    { numRuns: 1500 },
  );
});

it.each([
  ['everywhere', false],
  ['within one rule', true],
])('stateCheck, asked %s, agrees with every packet class of a narrow world', (_, restricted) => {
  fc.assert(
    fc.property(arbitraryState(6, NARROW_WORLD, restricted), (scene) => {
      const claim = stateClaim(scene, UNLIMITED);
      expect(claim.verdict.kind).not.toBe('unknown');
      expectTrue(claim, everyPacketClass(scene.rules, scene.context));
    }),
    { numRuns: 400 },
  );
});

it.each([
  ['everywhere', false],
  ['within one rule', true],
])('stateCheck, asked %s, agrees with random packets of a wide world', (_, restricted) => {
  fc.assert(
    fc.property(
      arbitraryState(14, WIDE_WORLD, restricted),
      fc.constantFrom(UNLIMITED, 30),
      (scene, maxWork) => {
        expectTrue(stateClaim(scene, maxWork), randomPackets(scene.rules, scene.context, scene.seed));
      },
    ),
    { numRuns: 1500 },
  );
});
