import { expect, it } from 'vitest';
import type { Packet } from '../../../../../reconciler/exposure/engine/packet.ts';
import { noOrderText } from '../../../../../reconciler/plan/fit/no-order-text.ts';
import type { NoHitlessOrder } from '../../../../../reconciler/plan/plan.ts';

const packet = (port: number): Packet => ({
  direction: 'ingress',
  nicType: 'intranet',
  family: 'ipv4',
  protocol: 6,
  port,
  peer: null,
  sourcePort: null,
  own: null,
  memberOf: ['sg-a'],
});

const CERTAIN: NoHitlessOrder = {
  isCertain: true,
  witnesses: [packet(22)],
  freeSlots: { rules: 1, groupRules: 0 },
};

it.each<[string, NoHitlessOrder, string]>([
  [
    'the packet that each order hits',
    CERTAIN,
    'each order of the calls hits ingress tcp port 22 in sg-a for a moment; with 1 more free slot there is one that hits nothing',
  ],
  [
    'three of many packets of which each order hits one',
    { ...CERTAIN, witnesses: [1, 2, 3, 4].map(packet) },
    'each order of the calls hits one of 4 packets (ingress tcp port 1 in sg-a, ingress tcp port 2 in sg-a, ingress tcp port 3 in sg-a, …) for a moment; with 1 more free slot there is one that hits nothing',
  ],
  [
    'that a search which ended at its bounds does not know',
    { isCertain: false, witnesses: [], freeSlots: { rules: 0, groupRules: 2 } },
    'no order that hits nothing was found within the bounds of the search, though there may be one; with 2 more free slots for rules that name a group there is one that hits nothing',
  ],
  [
    'both kinds of slots',
    { ...CERTAIN, witnesses: [], freeSlots: { rules: 2, groupRules: 1 } },
    'each order of the calls hits something for a moment; with 2 more free slots and 1 more free slot for rules that name a group there is one that hits nothing',
  ],
])('tells %s', (_, found, text) => {
  expect(noOrderText(found)).toBe(text);
});
