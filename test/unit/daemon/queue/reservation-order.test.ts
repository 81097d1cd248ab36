import { describe, expect, it } from 'vitest';
import type { Urgency } from '../../../../daemon/ecs/urgency.ts';
import { nextGate, openGate, type Gate } from '../../../../daemon/queue/gate.ts';
import {
  decideSlots,
  type LaneBudget,
  type PendingPlan,
} from '../../../../daemon/queue/reservation-order.ts';

const NOW_MS = 1_000_000;
const RATE = 12;
/** The most that one plan holds of such a lane. */
const MOST = 5;

/** A lane in whose minute so many calls have started, the last one just now. */
function lane(started: number, held = 0): LaneBudget {
  let gate: Gate = openGate(RATE, 0);
  for (let i = 0; i < started; i += 1)
    gate = nextGate(gate, { kind: 'started', privileged: true }, NOW_MS - started + 1 + i);
  return { gate, held };
}

interface Plan extends PendingPlan<string> {
  readonly name: string;
}

interface Waiting {
  readonly waitedMs?: number;
  readonly urgency?: Urgency;
}

const plan = (
  name: string,
  slots: Readonly<Record<string, number>>,
  { waitedMs = 0, urgency = 'routine' }: Waiting = {},
): Plan => ({ name, slots: new Map(Object.entries(slots)), urgency, sinceMs: NOW_MS - waitedMs });

interface Case {
  readonly title: string;
  readonly lanes?: Readonly<Record<string, LaneBudget>>;
  readonly pending: readonly Plan[];
  readonly fixesInARow?: number;
  readonly grant: readonly string[];
  readonly keepFree?: Readonly<Record<string, number>>;
  readonly wakeInMs?: number;
}

const MINUTE = 60_005;

describe('who gets slots', () => {
  it.each<Case>([
    { title: 'no plan waits where there is none', pending: [], grant: [] },
    { title: 'a plan takes what is free', pending: [plan('a', { add: 2, remove: 2 })], grant: ['a'] },
    { title: 'a plan without slots goes at once', pending: [plan('a', {})], grant: ['a'] },
    {
      title: 'small plans go first',
      pending: [plan('large', { add: 6 }), plan('small', { add: 2 }), plan('smaller', { add: 1 })],
      grant: ['smaller', 'small'],
      lanes: { add: lane(0, 6) },
      keepFree: { add: 6 },
    },
    {
      title: 'equal plans go in the order of arrival',
      pending: [plan('a', { add: 2 }), plan('b', { add: 2 })],
      grant: ['a', 'b'],
    },
    {
      title: 'one that has waited long goes before smaller ones',
      pending: [plan('small', { add: 2 }), plan('patient', { add: 6 }, { waitedMs: 120_000 })],
      grant: ['patient', 'small'],
    },
    {
      title: 'of a large plan two fifths of a minute are enough',
      pending: [plan('large', { add: 100 })],
      grant: ['large'],
    },
    {
      title: 'what is granted first counts for the next, and a fifth of the minute is not handed out',
      pending: [plan('a', { add: 4 }), plan('b', { add: 4 }), plan('c', { add: 4 })],
      grant: ['a', 'b'],
      keepFree: { add: 4 },
      wakeInMs: 20_000,
    },
    {
      title: 'a small fix gets of that fifth, however many others wait, and a large one does not',
      lanes: { add: lane(0, 9) },
      pending: [
        plan('small', { add: 1 }),
        plan('patient', { add: 1 }, { waitedMs: 200_000 }),
        plan('large fix', { add: 4 }, { urgency: 'fix' }),
        plan('fix', { add: 1 }, { urgency: 'fix' }),
      ],
      grant: ['fix'],
      keepFree: { add: 4 },
    },
    {
      title: 'what has changed goes before what drifted, however large',
      pending: [plan('drifted', { add: 1 }), plan('changed', { add: 4 }, { urgency: 'changed' })],
      grant: ['changed', 'drifted'],
    },
    {
      title: 'after three fixes it is the turn of another plan',
      pending: [plan('fix', { add: 1 }, { urgency: 'fix' }), plan('drifted', { add: 4 })],
      fixesInARow: 3,
      grant: ['drifted', 'fix'],
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
      title: 'no plan overtakes in a lane that an earlier plan waits for, elsewhere they may go',
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
      pending: [plan('first', { add: 1 }), plan('second', { add: 1, remove: MOST })],
      grant: [],
      keepFree: { add: 1, remove: MOST },
    },
  ])('$title', ({ lanes = {}, pending, fixesInARow = 0, grant, keepFree = {}, wakeInMs = Infinity }) => {
    const budgetOf = (name: string) => lanes[name] ?? lane(0);
    const decision = decideSlots(pending, { budgetOf, nowMs: NOW_MS, fixesInARow });
    expect({
      grant: [...decision.grant.keys()].map(({ name }) => name),
      keepFree: Object.fromEntries(decision.keepFree),
      wakeInMs: decision.wakeInMs,
    }).toEqual({ grant, keepFree, wakeInMs });
  });
});
