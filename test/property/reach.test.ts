// Invariants: where a cell says `all`, every packet of its peer and service is accepted as `decide` has it, and none where it
// says `none`, from whichever source port and to whichever address of the group.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../../reconciler/exposure/ask/decide.ts';
import { reachOf, type ReachPeer, type ReachService } from '../../reconciler/exposure/ask/reach.ts';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { isPorted } from '../../reconciler/exposure/text/example-packet.ts';
import { lastAddress } from '../../reconciler/model/prefix.ts';
import { protocolNumber } from '../../reconciler/model/protocol.ts';
import { ALL_PORTS } from '../../reconciler/model/ports.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { arbitraryContext, arbitraryRules, NARROW_WORLD, prefix, WIDE_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

/** Within the own sides that rules of the wide world name, or outside of them. */
function ownAddress(peer: ReachPeer, isOutside: number): bigint {
  const isV6 = peer.kind === 'addresses' && peer.prefixes[0]?.kind === 'ipv6';
  const texts = isV6 ? ['2001:db8:2::1/128', '2001:db8:9::1/128'] : ['10.1.2.3/32', '10.9.0.1/32'];
  return prefix(texts[isOutside] ?? '').address;
}

/** A packet of the cell, by four numbers from 0 up to 1. */
function packetIn(peer: ReachPeer, service: ReachService, [where, which, port, rest]: readonly number[]) {
  const at = (share: number | undefined, count: number): number => Math.floor((share ?? 0) * count);
  const { protocol, ports } = service;
  const number = protocolNumber(protocol) ?? at(which, 256);
  const { first, last } = ports.kind === 'range' ? ports : ALL_PORTS;
  const hasPort = ports.kind !== 'list' && isPorted(number);
  const lists = ports.kind === 'list' ? [ports.id] : [];
  const of = {
    ...{
      direction: 'ingress' as const,
      nicType: 'intranet' as const,
      protocol: number,
      sourcePort: hasPort ? 1 + at(rest, ALL_PORTS.last) : null,
      own: ownAddress(peer, at(rest, 2)),
    },
    port: hasPort ? first + at(port, last - first + 1) : null,
  };
  if (peer.kind === 'members')
    return { ...of, family: peer.family, peer: null, memberOf: [peer.id, ...lists] };
  const from = peer.prefixes[at(where, peer.prefixes.length)]!;
  const count = Number(lastAddress(from) - from.address + 1n);
  return { ...of, family: from.kind, peer: from.address + BigInt(at(where, count)), memberOf: lists };
}

const peerOf = ({ peer }: Rule): ReachPeer =>
  'address' in peer
    ? { kind: 'addresses', prefixes: [peer] }
    : { kind: 'members', id: peer.id, family: 'ipv4' };

const question = (rules: readonly Rule[], context: GroupContext) => ({
  ...{ direction: 'ingress' as const, rules, context },
  peers: rules.map(peerOf),
  services: rules.map(({ protocol, ports }) => ({ protocol, ports })),
});

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it.each([
  ['few values a field', NARROW_WORLD],
  ['many values a field', WIDE_WORLD],
])('a picture says of every packet what check says of it: rules with %s', (_name, world) => {
  fc.assert(
    fc.property(
      arbitraryRules(8, world),
      arbitraryContext(),
      fc.array(fc.tuple(share, share, share, share), { minLength: 8, maxLength: 8 }),
      (rules, context, packets) => {
        const asked = question(rules, context);
        for (const [row, cells] of reachOf(asked, Infinity).entries()) {
          for (const [column, reach] of cells.entries()) {
            const actions = packets.map(
              (numbers) =>
                decide(rules, packetIn(asked.peers[row]!, asked.services[column]!, numbers), context).action,
            );
            if (reach === 'all') expect(new Set(actions)).toEqual(new Set(['accept']));
            if (reach === 'none') expect(new Set(actions)).toEqual(new Set(['drop']));
          }
        }
      },
    ),
    runs(300),
  );
});

it('what takes too long is said to be unknown, and nothing else', () => {
  fc.assert(
    fc.property(arbitraryRules(8, WIDE_WORLD), arbitraryContext(), fc.nat(40), (rules, context, most) => {
      const asked = question(rules, context);
      const whole = reachOf(asked, Infinity);
      for (const [row, cells] of reachOf(asked, most).entries()) {
        for (const [column, reach] of cells.entries()) {
          expect([whole[row]?.[column], 'unknown']).toContain(reach);
        }
      }
    }),
    runs(100),
  );
});
