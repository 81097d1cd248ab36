// Invariants of `explain`, over random rules and packets of which a random part is not known:
// - the decision is the oracle's; alsoMatching are all the other rules that match, by the oracle
// - if the whole packet is decided otherwise than the known part of it, the rule that does so is a rival
// - each rival is stronger, acts otherwise, does not match what is known, and needs something
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../../reconciler/exposure/ask/decide.ts';
import { explain } from '../../reconciler/exposure/ask/explain.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import { compareRules, ruleRank } from '../../reconciler/model/rule.ts';
import { oracleDecide, oracleMatches } from '../support/packet-oracle.ts';
import { PacketSource } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import { arbitraryContext, arbitraryRules } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const scenes = fc.record({ rules: arbitraryRules(12), context: arbitraryContext(), seed: fc.nat() });
const PACKETS = 20;

/** Forgets fields and memberships. */
function known(packet: Packet, random: Random): Packet {
  const maybe = <T>(value: T): T | null => (random.chance(0.5) ? value : null);
  return {
    ...packet,
    peer: maybe(packet.peer),
    own: maybe(packet.own),
    sourcePort: maybe(packet.sourcePort),
    memberOf: packet.memberOf.filter(() => random.chance(0.5)),
  };
}

it('names the decider, everything that matches, and whatever could turn the decision', () => {
  fc.assert(
    fc.property(scenes, ({ rules, context, seed }) => {
      const random = new Random(seed);
      const source = new PacketSource(rules, context, random);
      for (let count = 0; count < PACKETS; count += 1) {
        const whole = source.next();
        const part = known(whole, random);
        const { decision, alsoMatching, rivals } = explain(rules, part, context);
        expect(decision.action).toBe(oracleDecide(rules, part, context));
        if (decision.by === 'innerAccess') continue;
        const winner = decision.by === 'rule' ? decision.rule : null;
        expect(alsoMatching).toEqual(
          [...rules]
            .sort(compareRules)
            .filter((rule) => rule !== winner && oracleMatches(rule, part, context)),
        );
        const truth = decide(rules, whole, context);
        if (truth.by === 'rule' && truth.action !== decision.action) {
          expect(rivals.map(({ rule }) => rule)).toContain(truth.rule);
        }
        for (const { rule, needs } of rivals) {
          expect(needs).not.toEqual([]);
          expect(rule.action).not.toBe(decision.action);
          expect(winner === null || ruleRank(rule) < ruleRank(winner)).toBe(true);
          expect(oracleMatches(rule, part, context)).toBe(false);
        }
      }
    }),
    runs(250),
  );
});
