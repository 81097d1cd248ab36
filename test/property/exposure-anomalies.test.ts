// Invariants of `findAnomalies`, against the definitions tried on every class of packets:
// - each rule has exactly the kind that the definitions give it
// - the rules named as deciding in its stead do so for some packet, and for each packet one of them does
// - dropping all droppable rules at once changes no decision; something is droppable if a rule may go
// - the report does not depend on the order of the rules
// - out of budget it says less, but nothing else
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  findAnomalies,
  type AnomalyKind,
  type AnomalyReport,
} from '../../reconciler/exposure/ask/anomalies.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Rule, RuleAction } from '../../reconciler/model/rule.ts';
import { oracleDecide, oracleMatches } from '../support/packet-oracle.ts';
import { everyPacketClass } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import { arbitraryContext, arbitraryRules, NARROW_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

interface Scene {
  readonly rules: readonly Rule[];
  readonly context: GroupContext;
}

/** A peer that is the group itself, so that open members leave rules without packets. */
const WORLD = { ...NARROW_WORLD, peers: [...NARROW_WORLD.peers, 'sg-self'], priorities: [1, 1, 2] };

const arbitraryScene: fc.Arbitrary<Scene> = fc.record({
  rules: arbitraryRules(7, WORLD),
  context: arbitraryContext(),
});

/** The packets that rules decide. */
function decidable({ rules, context }: Scene): Packet[] {
  const open = context.type === 'normal' && context.innerAccess === 'accept';
  return [...everyPacketClass(rules, context)].filter(
    (packet) => !(open && packet.memberOf.includes(context.id)),
  );
}

/** The strongest of the other rules that match: what would decide a packet without `rule`. */
function stand(rule: Rule, packet: Packet, { rules, context }: Scene): Rule[] {
  const others = rules.filter((other) => other !== rule && oracleMatches(other, packet, context));
  const priority = Math.min(...others.map((other) => other.priority));
  const strongest = others.filter((other) => other.priority === priority);
  const drops = strongest.filter((other) => other.action === 'drop');
  return drops.length > 0 ? drops : strongest;
}

type Standing = 'stronger' | 'as strong' | 'alike' | 'otherwise';

function standing(rule: Rule, packet: Packet, scene: Scene): Standing {
  const [other] = stand(rule, packet, scene);
  if (other === undefined) return 'otherwise';
  if (other.priority < rule.priority) return 'stronger';
  if (other.priority > rule.priority) return other.action === rule.action ? 'alike' : 'otherwise';
  if (other.action === rule.action) return 'as strong';
  return other.action === 'drop' ? 'stronger' : 'otherwise';
}

function kindByDefinition(rule: Rule, packets: readonly Packet[], scene: Scene): AnomalyKind | null {
  const ours = packets.filter((packet) => oracleMatches(rule, packet, scene.context));
  const standings = new Set(ours.map((packet) => standing(rule, packet, scene)));
  const deciders = ours.map((packet) => stand(rule, packet, scene)[0]);
  if (standings.size === 0) return 'unmatched';
  if (standings.has('otherwise')) {
    const isRival = (other: Rule | undefined): boolean =>
      other?.action === 'drop' && other.priority === rule.priority;
    return rule.action === 'accept' && deciders.some(isRival) ? 'contradicted' : null;
  }
  if (standings.has('alike')) return 'redundant';
  const fare = (packet: Packet): RuleAction => oracleDecide(scene.rules, packet, scene.context);
  return ours.some((packet) => fare(packet) !== rule.action) ? 'shadowed' : 'covered';
}

it('gives each rule the kind that the definitions give it', () => {
  fc.assert(
    fc.property(arbitraryScene, (scene) => {
      const packets = decidable(scene);
      const { anomalies, complete } = findAnomalies(scene.rules, scene.context);
      expect(complete).toBe(true);
      const kinds = new Map(anomalies.map(({ rule, kind }) => [rule, kind]));
      for (const rule of scene.rules) {
        expect(kinds.get(rule) ?? null).toBe(kindByDefinition(rule, packets, scene));
      }
    }),
    runs(500),
  );
});

it('names the rules that decide in its stead', () => {
  fc.assert(
    fc.property(arbitraryScene, (scene) => {
      const packets = decidable(scene);
      for (const { kind, rule, by } of findAnomalies(scene.rules, scene.context).anomalies) {
        const ours = packets.filter((packet) => oracleMatches(rule, packet, scene.context));
        const inStead = ours.map((packet) => stand(rule, packet, scene));
        for (const other of by) expect(inStead.some((rules) => rules.includes(other))).toBe(true);
        if (kind === 'contradicted') continue;
        for (const packet of ours) {
          const mayBeUnnamed = kind === 'redundant' && standing(rule, packet, scene) === 'stronger';
          const isNamed = stand(rule, packet, scene).some((other) => by.includes(other));
          expect(mayBeUnnamed || isNamed).toBe(true);
        }
      }
    }),
    runs(300),
  );
});

it('says which rules may go together', () => {
  fc.assert(
    fc.property(arbitraryScene, (scene) => {
      const { anomalies, droppable } = findAnomalies(scene.rules, scene.context);
      const kept = scene.rules.filter((rule) => !droppable.includes(rule));
      for (const packet of everyPacketClass(scene.rules, scene.context)) {
        const then = oracleDecide(scene.rules, packet, scene.context);
        expect(oracleDecide(kept, packet, scene.context)).toBe(then);
      }
      const mayGo = anomalies.filter(({ kind }) => kind !== 'contradicted').map(({ rule }) => rule);
      for (const rule of droppable) expect(mayGo).toContain(rule);
      expect(droppable.length > 0).toBe(mayGo.length > 0);
    }),
    runs(300),
  );
});

it('gives the same report whatever the order, and a shorter true one on a budget', () => {
  fc.assert(
    fc.property(arbitraryScene, fc.nat(), (scene, seed) => {
      const random = new Random(seed);
      const whole = findAnomalies(scene.rules, scene.context);
      expect(findAnomalies(random.shuffle(scene.rules), scene.context)).toEqual(whole);
      const part: AnomalyReport = findAnomalies(scene.rules, scene.context, random.below(400));
      expect(whole.anomalies).toEqual(expect.arrayContaining([...part.anomalies]));
      expect(part.complete ? part : { ...part, complete: true }).toEqual(
        part.complete ? whole : expect.objectContaining({ complete: true }),
      );
      const kept = scene.rules.filter((rule) => !part.droppable.includes(rule));
      for (const packet of everyPacketClass(scene.rules, scene.context)) {
        const then = oracleDecide(scene.rules, packet, scene.context);
        expect(oracleDecide(kept, packet, scene.context)).toBe(then);
      }
    }),
    runs(150),
  );
});
