// The gate as a table of stories: what happens when, and how long a call has to wait then.
//
// Invariants of the random stories at the end:
//   P1  in any minute at most the configured rate of calls start, however the vendor answers
//   P2  no call starts while the gate is closed
//   P3  a caller never waits for ever, and never longer than the longest closing
//   P4  once the vendor stops refusing, the gate comes back to the configured rate
//   P5  the routine, however greedy, leaves a start to what cannot wait
//   P6  the routine, if greedy, gets at least 19 of 20 starts of the configured rate
//   P7  while the gate is open the routine waits for a minute at most, whatever was refused before
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capAt,
  nextGate,
  openGate,
  msToGrant,
  msToNextStart,
  type Gate,
  type GateEvent,
} from '../../../../daemon/queue/gate.ts';
import { WINDOW_MS } from '../../../../daemon/queue/minute.ts';
import { runs } from '../../../support/runs.ts';

const MINUTE = 60_000;
/** The wall clock shows 30 seconds past a minute when the monotonic clock shows 0. */
const wall = (nowMs: number) => 1_700_000_010_000 + nowMs;

type Step = readonly [
  atMs: number,
  event: 'started' | 'urgent' | 'waited' | 'answered' | 'throttled',
  retryAfterMs?: number | null,
];

function tell(gate: Gate, [atMs, kind, retryAfterMs = null]: Step): Gate {
  return nextGate(gate, eventOf(kind, atMs, retryAfterMs), atMs);
}

function eventOf(kind: Step[1], atMs: number, retryAfterMs: number | null): GateEvent {
  switch (kind) {
    case 'started':
    case 'urgent':
      return { kind: 'started', privileged: kind === 'urgent' };
    case 'throttled':
      return { kind, wallMs: wall(atMs), retryAfterMs };
    case 'waited':
    case 'answered':
      return { kind };
  }
}

const ROUTINE = { heldBack: 0, privileged: false };
const URGENT = { heldBack: 0, privileged: true };

const times = (n: number, step: Step): Step[] => Array.from({ length: n }, () => step);

const stories: Array<{
  name: string;
  rate: number;
  steps: Step[];
  atMs: number;
  wait: number;
  heldBack?: number;
  urgent?: true;
  mode?: Gate['mode'];
  cap?: number;
}> = [
  { name: 'opens at once', rate: 40, steps: [], atMs: 0, wait: 0 },
  {
    name: 'lets four fifths of the minute go in one burst',
    rate: 40,
    steps: times(31, [0, 'started']),
    atMs: 0,
    wait: 0,
  },
  {
    name: 'spreads what goes beyond the burst over the minute',
    rate: 40,
    steps: times(32, [0, 'started']),
    atMs: 0,
    wait: Math.ceil(WINDOW_MS / 8),
  },
  {
    name: 'lets no further burst go while something has to wait',
    rate: 40,
    steps: [...times(32, [0, 'started']), [59_000, 'waited'], [WINDOW_MS, 'started']],
    atMs: WINDOW_MS,
    wait: 539, // a second behind its pace, which it may make up for
  },
  {
    name: 'lets another burst go a minute after the last wait',
    rate: 40,
    steps: [...times(32, [0, 'started']), [59_000, 'waited']],
    atMs: 59_000 + WINDOW_MS,
    wait: 0,
  },
  {
    name: 'lets what cannot wait go beyond the burst',
    rate: 40,
    steps: times(39, [0, 'started']),
    atMs: 0,
    urgent: true,
    wait: 0,
  },
  {
    name: 'keeps to the minute for what cannot wait, too',
    rate: 40,
    steps: times(40, [0, 'urgent']),
    atMs: 1000,
    urgent: true,
    wait: WINDOW_MS - 1000,
  },
  {
    name: 'never takes the last start for the routine',
    rate: 40,
    steps: times(39, [0, 'urgent']),
    atMs: 1000,
    wait: WINDOW_MS - 1000,
  },
  {
    name: 'keeps to the minute',
    rate: 4,
    steps: [
      [0, 'started'],
      [16_000, 'started'],
      [32_000, 'started'],
      [48_000, 'started'],
    ],
    atMs: 59_000,
    wait: 4002,
  },
  {
    name: 'forgets starts that are a minute old',
    rate: 1,
    steps: [[0, 'started']],
    atMs: WINDOW_MS,
    wait: 0,
  },
  {
    name: 'closes until the next minute of the wall clock, and a second more',
    rate: 40,
    steps: [
      [0, 'started'],
      [100, 'throttled'],
    ],
    atMs: 100,
    wait: 30_900,
    mode: 'closed',
    cap: 20,
  },
  {
    name: 'closes for as long as the vendor asks, if that is longer',
    rate: 40,
    steps: [[0, 'throttled', 45_000]],
    atMs: 0,
    wait: 45_000,
  },
  {
    name: 'never believes a hint beyond a quarter of an hour',
    rate: 40,
    steps: [[0, 'throttled', 86_400_000]],
    atMs: 0,
    wait: 900_000,
  },
  {
    name: 'halves its cap once, however many calls under way are refused',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [10, 'throttled'],
      [20, 'throttled'],
    ],
    atMs: 20,
    wait: 30_980,
    cap: 20,
  },
  {
    name: 'stays closed when a call that was under way succeeds',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [10, 'answered'],
    ],
    atMs: 10,
    wait: 30_990,
    mode: 'closed',
  },
  {
    name: 'probes once a second after the closing',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
    ],
    atMs: 31_000,
    wait: 1000,
    mode: 'probing',
  },
  {
    name: 'goes on probing after a refused probe',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'throttled'],
    ],
    atMs: 31_200,
    wait: 800,
    mode: 'probing',
    cap: 20,
  },
  {
    name: 'closes again when a refused probe brings a hint',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'throttled', 5000],
    ],
    atMs: 31_200,
    wait: 59_800,
    mode: 'closed',
  },
  {
    name: 'closes until the next minute after ten refused probes',
    rate: 40,
    steps: [
      [0, 'throttled'],
      ...Array.from({ length: 10 }, (_, i): Step[] => [
        [31_000 + i * 1000, 'started'],
        [31_100 + i * 1000, 'throttled'],
      ]).flat(),
    ],
    atMs: 40_100,
    wait: 50_900,
    mode: 'closed',
    cap: 20,
  },
  {
    name: 'reopens at half the rate when a probe is answered',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'answered'],
    ],
    atMs: 31_200,
    wait: 0,
    mode: 'open',
    cap: 20,
  },
  {
    name: 'halves again when it is refused again',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'answered'],
      [32_000, 'throttled'],
    ],
    atMs: 32_000,
    wait: 59_000,
    cap: 10,
  },
  {
    name: 'never closes its cap down to nothing',
    rate: 1,
    steps: [[0, 'throttled']],
    atMs: 31_000,
    wait: 0,
    cap: 1,
  },
  {
    name: 'grows by a tenth of the rate for each calm minute',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'answered'],
    ],
    atMs: 31_200 + 2 * MINUTE,
    wait: 0,
    cap: 28,
  },
  {
    name: 'grows up to the configured rate and no further',
    rate: 40,
    steps: [
      [0, 'throttled'],
      [31_000, 'started'],
      [31_200, 'answered'],
    ],
    atMs: 31_200 + 60 * MINUTE,
    wait: 0,
    cap: 40,
  },
  {
    name: 'keeps slots back for those who reserved them',
    rate: 4,
    steps: [[0, 'started']],
    atMs: 20_000,
    heldBack: 3,
    wait: 40_005,
  },
  { name: 'never keeps back the last slot', rate: 4, steps: [], atMs: 0, heldBack: 100, wait: 0 },
];

describe('the gate', () => {
  it.each(stories)('$name', ({ rate, steps, atMs, heldBack = 0, urgent, wait, mode, cap }) => {
    const gate = steps.reduce(tell, openGate(rate, 0));
    expect(msToNextStart(gate, atMs, { heldBack, privileged: urgent === true })).toBe(wait);
    if (mode !== undefined) expect(gate.mode).toBe(mode);
    if (cap !== undefined) expect(capAt(gate, atMs)).toBe(cap);
  });

  it.each([
    { name: 'room for all', slots: 2, steps: times(1, [0, 'started']), wait: 0 },
    { name: 'room for all but not in one burst', slots: 3, steps: times(1, [0, 'started']), wait: 5002 },
    {
      name: 'room after the oldest start is a minute old',
      slots: 4,
      steps: times(1, [0, 'started']),
      wait: 50_005,
    },
    { name: 'no room while others hold it', slots: 2, held: 3, steps: [], wait: Infinity },
    {
      name: 'no room before the end of a closing',
      slots: 2,
      steps: [[9000, 'throttled'] as Step],
      wait: 21_000,
    },
    { name: 'a halved cap', slots: 3, steps: [[9000, 'throttled'] as Step], wait: Infinity },
  ])('answers when there is $name', ({ slots, held = 0, steps, wait }) => {
    const gate = steps.reduce(tell, openGate(4, 0));
    expect(msToGrant(gate, 10_000, { slots, held, privileged: false })).toBe(wait);
  });

  it('counts as open for a plan when the closing is over: someone has to probe', () => {
    const gate = tell(openGate(4, 0), [0, 'throttled']);
    expect(msToGrant(gate, 31_000, { slots: 2, held: 0, privileged: false })).toBe(0);
  });

  it('does not make the routine pay for the probes of a long refusal', () => {
    let gate = tell(openGate(12, 0), [0, 'throttled']);
    let nowMs = 0;
    for (let probe = 0; probe < 20; probe += 1) {
      gate = tell(gate, [nowMs, 'waited']);
      nowMs += msToNextStart(gate, nowMs, ROUTINE);
      const answer = probe === 19 ? 'answered' : 'throttled';
      gate = tell(tell(gate, [nowMs, 'started']), [nowMs, answer]);
    }
    expect(gate.mode).toBe('open');
    expect(msToNextStart(gate, nowMs, ROUTINE)).toBeLessThanOrEqual(WINDOW_MS);
  });

  it('gives plans that come one after the other as much as the rate allows, and no more', () => {
    let gate = openGate(60, 0);
    let nowMs = 0;
    for (let plan = 0; plan < 60; plan += 1) {
      gate = nextGate(gate, { kind: 'waited' }, nowMs);
      nowMs += msToGrant(gate, nowMs, { slots: 10, held: 0, privileged: false });
      gate = nextGate(gate, { kind: 'granted', slots: 10, held: 10 }, nowMs);
      for (let call = 0; call < 10; call += 1) {
        gate = nextGate(gate, { kind: 'started', privileged: true }, nowMs);
      }
    }
    expect(nowMs).toBeGreaterThanOrEqual(9 * MINUTE);
    expect(nowMs).toBeLessThan(1.05 * 10 * MINUTE);
  });
});

it('keeps starts of the last minute, and of those before it no more than a third as many', () => {
  let gate = openGate(60, 0);
  for (let call = 0; call < 600; call += 1) {
    gate = nextGate(gate, { kind: 'started', privileged: true }, call * 1000);
    expect(gate.starts.length).toBeLessThan((60 * 4) / 3 + 2);
  }
  expect(gate.starts.length).toBeGreaterThanOrEqual(60);
});

describe('random stories', () => {
  const move = fc.record({
    pauseMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 120_000 }),
    ),
    answer: fc.constantFrom('answered', 'answered', 'answered', 'throttled', 'lost'),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 200_000 })),
    heldBack: fc.integer({ min: 0, max: 12 }),
    privileged: fc.boolean(),
    waited: fc.boolean(),
  });

  it('keeps to P1 to P4, and to P7', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(move, { maxLength: 120 }), (rate, moves) => {
        let gate = openGate(rate, 0);
        let nowMs = 0;
        const starts: number[] = [];
        for (const { pauseMs, answer, retryAfterMs, heldBack, privileged, waited } of moves) {
          nowMs += pauseMs;
          if (gate.mode === 'open')
            expect(msToNextStart(gate, nowMs, ROUTINE)).toBeLessThanOrEqual(WINDOW_MS); // P7
          if (waited) gate = nextGate(gate, { kind: 'waited' }, nowMs);
          const wait = msToNextStart(gate, nowMs, { heldBack, privileged });
          expect(wait).toBeLessThanOrEqual(900_000); // P3
          nowMs += wait;
          expect(msToNextStart(gate, nowMs, { heldBack, privileged })).toBe(0); // P3
          expect(gate.mode === 'closed' && nowMs < gate.closedUntilMs).toBe(false); // P2
          gate = nextGate(gate, { kind: 'started', privileged }, nowMs);
          starts.push(nowMs);
          if (answer === 'answered') gate = nextGate(gate, { kind: 'answered' }, nowMs);
          if (answer === 'throttled') {
            gate = nextGate(gate, { kind: 'throttled', wallMs: wall(nowMs), retryAfterMs }, nowMs);
          }
        }
        for (const [i, start] of starts.entries()) {
          expect((starts[i + rate] ?? Infinity) - start).toBeGreaterThan(MINUTE); // P1
        }
        nowMs += msToNextStart(gate, nowMs, URGENT);
        gate = nextGate(
          nextGate(gate, { kind: 'started', privileged: true }, nowMs),
          { kind: 'answered' },
          nowMs,
        );
        expect(capAt(gate, nowMs + 11 * MINUTE)).toBe(rate); // P4
      }),
      runs(100),
    );
  });

  it('keeps to P5 and P6 while the routine takes all that it gets', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 5 }),
        (rate, pauses) => {
          let gate = openGate(rate, 0);
          let nowMs = 0;
          const takeAll = (untilMs: number): number => {
            for (let starts = 0; ; starts += 1) {
              const wait = msToNextStart(gate, nowMs, ROUTINE);
              if (nowMs + wait > untilMs) return starts;
              if (wait > 0) gate = nextGate(gate, { kind: 'waited' }, nowMs);
              nowMs += wait;
              gate = nextGate(gate, { kind: 'started', privileged: false }, nowMs);
              expect(msToNextStart(gate, nowMs, URGENT)).toBe(0); // P5
            }
          };
          for (const pauseMs of pauses) {
            takeAll(nowMs + 20_000);
            nowMs += pauseMs;
          }
          const began = takeAll(nowMs + MINUTE) >= 0 ? nowMs : NaN;
          expect(takeAll(began + 5 * MINUTE)).toBeGreaterThanOrEqual(Math.floor(0.95 * 5 * rate) - 1); // P6
        },
      ),
      runs(50),
    );
  });
});
