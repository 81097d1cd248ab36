// The nearest change to rules that violate a guardrail.
//
// Invariants:
//  1. After it the guardrail is not violated any more.
//  2. It opens nothing.
//  3. Where rules are narrowed, it closes nothing but packets of the pattern.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains } from '../../reconciler/exposure/ask/contains.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import { nearestChange, type NearestChange } from '../../reconciler/judge/nearest/nearest.ts';
import type { Deny } from '../../reconciler/judge/verdict/guardrail.ts';
import { judgeGuardrail } from '../support/judge/judge-guardrail.ts';
import type { PacketPattern } from '../../reconciler/model/packets/pattern.ts';
import type { Prefix } from '../../reconciler/model/prefix.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { isOfPattern, isSource, within } from '../support/judge/oracle.ts';
import { arbitraryDeny, arbitraryGroup, contextOf, smallEdits, WORLD } from '../support/judge/small-world.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { runs } from '../support/runs.ts';

function applied(rules: readonly Rule[], change: NearestChange): Rule[] {
  if (change.kind === 'drop') return [...rules, ...change.drops];
  const gone = new Set(change.edits.map(({ rule }) => rule));
  return [...rules.filter((rule) => !gone.has(rule)), ...change.edits.flatMap(({ keeps }) => keeps)];
}

/** Packets of no group, whose peer is not the pattern's, or whose service, source port or own side is not. */
function* packetsOutside(pattern: PacketPattern, group: GroupContext): Generator<Packet> {
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const protocol of WORLD.protocols) {
      for (const packet of packetsOf({
        direction: pattern.direction,
        nicType: 'intranet',
        family,
        protocol,
      })) {
        if (!isInside(packet, pattern, group)) yield packet;
      }
    }
  }
}

type Fixed = Pick<Packet, 'direction' | 'nicType' | 'family' | 'protocol'>;

function* packetsOf(fixed: Fixed): Generator<Packet> {
  const isPorted = fixed.protocol === 6 || fixed.protocol === 17;
  for (const port of isPorted ? WORLD.ports : [null]) {
    for (const sourcePort of isPorted ? WORLD.sourcePorts : [null]) {
      for (const own of WORLD.owns[fixed.family]) {
        for (const peer of WORLD.addresses[fixed.family])
          yield { ...fixed, port, sourcePort, own, peer, memberOf: [] };
      }
    }
  }
}

function isInside(packet: Packet, pattern: PacketPattern, group: GroupContext): boolean {
  const { family, protocol, port, sourcePort, own, peer } = packet;
  const holds = (prefixes: readonly Prefix[], address: bigint | null): boolean =>
    address !== null && prefixes.some((prefix) => within(prefix, family, address));
  const peers = pattern.peers.flatMap((each) => {
    if ('address' in each) return [each];
    return each.kind === 'prefixList' ? (group.prefixLists.get(each.id)?.entries ?? []) : [];
  });
  return (
    isOfPattern(pattern, family, protocol, port) &&
    (pattern.sourcePorts === null || (sourcePort !== null && isSource(pattern, sourcePort))) &&
    (pattern.own.length === 0 || holds(pattern.own, own)) &&
    holds(peers, peer)
  );
}

test('the nearest change satisfies the guardrail, opens nothing, and closes only packets of the pattern', () => {
  let tried = 0;
  const check = (rules: readonly Rule[], deny: Deny, group: GroupContext): void => {
    const context = contextOf(group);
    if (judgeGuardrail(deny, rules, context).verdict.kind !== 'violated') return;
    const change = nearestChange(deny, rules, context);
    if (change === null) return;
    tried += 1;
    const after = applied(rules, change);
    expect(judgeGuardrail(deny, after, context).verdict.kind).not.toBe('violated');
    expect(contains(rules, after, group).kind).toBe('holds');
    if (change.kind === 'drop') return;
    for (const packet of packetsOutside(deny.what.pattern, group)) {
      expect(oracleDecide(after, packet, group)).toBe(oracleDecide(rules, packet, group));
    }
  };
  fc.assert(
    fc.property(smallEdits, arbitraryDeny, arbitraryGroup, ({ after }, { deny }, group) => {
      check(after, deny, group);
    }),
    runs(300),
  );
  expect(tried).toBeGreaterThan(50);
});
