import { describe, expect, it } from 'vitest';
import { nextGate, openGate, type Gate } from '../../../../daemon/queue/gate.ts';
import {
  decideSlots,
  type LaneBudget,
  type PendingPlan,
} from '../../../../daemon/queue/reservation-order.ts';

const NOW_MS = 1_000_000;
const RATE = 12;
/** The most that one plan holds of such a lane. */
const HALF = 6;

/** A lane in whose minute so many calls have started, the last one just now. */
function lane(started: number, held = 0): LaneBudget {
  let gate: Gate = openGate(RATE, 0);
  for (let i = 0; i < started; i += 1) gate = nextGate(gate, { kind: 'started' }, NOW_MS - started + 1 + i);
  return { gate, held };
}

interface Plan extends PendingPlan<string> {
  readonly name: string;
}

const plan = (name: string, slots: Readonly<Record<string, number>>, waitedMs = 0): Plan => ({
  name,
  slots: new Map(Object.entries(slots)),
  priority: -Object.values(slots).reduce((sum, each) => sum + each, 0),
  sinceMs: NOW_MS - waitedMs,
});

interface Case {
  readonly title: string;
  readonly lanes?: Readonly<Record<string, LaneBudget>>;
  readonly pending: readonly Plan[];
  readonly grant: readonly string[];
  readonly keepFree?: Readonly<Record<string, number>>;
  readonly wakeInMs?: number;
}

const MINUTE = 60_005;

describe('who gets slots', () => {
  it.each<Case>([
    { title: 'nobody waits for nobody', pending: [], grant: [] },
    { title: 'a plan takes what is free', pending: [plan('a', { add: 2, remove: 2 })], grant: ['a'] },
    { title: 'a plan without slots goes at once', pending: [plan('a', {})], grant: ['a'] },
    {
      title: 'small plans go first',
      pending: [plan('large', { add: 6 }), plan('small', { add: 2 }), plan('smaller', { add: 1 })],
      grant: ['smaller', 'small'],
      lanes: { add: lane(0, 4) },
      keepFree: { add: 6 },
    },
    {
      title: 'equal plans go in the order of arrival',
      pending: [plan('a', { add: 2 }), plan('b', { add: 2 })],
      grant: ['a', 'b'],
    },
    {
      title: 'one that has waited long goes before smaller ones',
      pending: [plan('small', { add: 2 }), plan('patient', { add: 6 }, 120_000)],
      grant: ['patient', 'small'],
    },
    {
      title: 'of a large plan half a minute is enough',
      pending: [plan('large', { add: 100 }), plan('larger', { add: 200 })],
      grant: ['large', 'larger'],
    },
    {
      title: 'what is granted first counts for the next',
      pending: [plan('a', { add: 6 }), plan('b', { add: 6 }), plan('c', { add: 6 })],
      grant: ['a', 'b'],
      keepFree: { add: 6 },
    },
    {
      title: 'slots that others hold are waited for without a time',
      lanes: { add: lane(0, RATE) },
      pending: [plan('a', { add: 1 })],
      grant: [],
      keepFree: { add: 1 },
    },
    {
      title: 'a used-up minute is waited for',
      lanes: { add: lane(RATE) },
      pending: [plan('a', { add: 1 })],
      grant: [],
      keepFree: { add: 1 },
      wakeInMs: MINUTE - RATE + 1,
    },
    {
      title: 'all lanes at once, or none: the free lane is kept free as well',
      lanes: { add: lane(0), remove: lane(0, RATE) },
      pending: [plan('both', { add: 2, remove: 2 })],
      grant: [],
      keepFree: { add: 2, remove: 2 },
    },
    {
      title: 'nobody overtakes in a lane that an earlier plan waits for, elsewhere they may go',
      lanes: { add: lane(0), remove: lane(RATE), modify: lane(0) },
      pending: [
        plan('first', { add: 1, remove: 1 }),
        plan('same lane', { add: 3 }),
        plan('other', { modify: 3 }),
      ],
      grant: ['other'],
      keepFree: { add: 1, remove: 1 },
      wakeInMs: MINUTE - RATE + 1,
    },
    {
      title: 'who may not overtake is not woken for',
      lanes: { add: lane(0, RATE), remove: lane(RATE) },
      pending: [plan('first', { add: 1 }), plan('second', { add: 1, remove: HALF })],
      grant: [],
      keepFree: { add: 1, remove: HALF },
    },
  ])('$title', ({ lanes = {}, pending, grant, keepFree = {}, wakeInMs = Infinity }) => {
    const decision = decideSlots(pending, (name: string) => lanes[name] ?? lane(0), NOW_MS);
    expect({
      grant: decision.grant.map(({ name }) => name),
      keepFree: Object.fromEntries(decision.keepFree),
      wakeInMs: decision.wakeInMs,
    }).toEqual({ grant, keepFree, wakeInMs });
  });
});
