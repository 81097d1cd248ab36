// The record of a lane, asked by processes that do the worst that they may: each starts calls up to its share at any moment,
// also when its question is under way, late, or lost, and until the last millisecond before its share ends.
//   P1  in no minute do all of them together start more calls than the rate
//   P2  what a process left that is gone is all free again after a minute and its share
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { served, type ShareRecord } from '../../daemon/shares/record.ts';
import { SHARE_LASTS_MS, STANDING_LASTS_MS, type ShareRequest } from '../../daemon/shares/share-store.ts';
import { Random } from '../support/random.ts';
import { runs } from '../support/runs.ts';

const MINUTE_MS = 60_000;

interface Asked {
  readonly request: ShareRequest;
  readonly arrivesMs: number;
  readonly of: Worst;
}

/** A process that keeps to its share, and to nothing else. */
class Worst {
  readonly holder: string;
  readonly rate: number;
  starts: number[] = [];
  told = 0;
  untold = 0;
  serial = 0;
  share = 0;
  standing = 0;
  endsMs = 0;
  standsMs = 0;
  /** The time of the store when it last answered. */
  heardMs = 0;

  constructor(holder: string, rate: number) {
    this.holder = holder;
    this.rate = rate;
  }

  limit(nowMs: number): number {
    const standing = nowMs < this.standsMs ? this.standing : 0;
    return nowMs < this.endsMs ? Math.max(this.share, standing) : standing;
  }

  /** As many as it may; answers their times. */
  start(most: number, nowMs: number): number[] {
    this.starts = this.starts.filter((startMs) => nowMs - startMs <= MINUTE_MS);
    const free = Math.max(0, this.limit(nowMs) - this.starts.length);
    const begun = Array<number>(Math.min(most, free)).fill(nowMs);
    this.starts.push(...begun);
    this.untold += begun.length;
    return begun;
  }

  ask(random: Random, nowMs: number): ShareRequest {
    const known = Math.min(this.untold, this.starts.length);
    this.told += this.untold - known;
    this.untold = known;
    const share = nowMs < this.endsMs ? this.share : 0;
    this.share = random.below(3) === 0 ? random.below(share + 1) : share;
    const want = random.below(2) === 0 ? this.rate : random.below(this.rate + 1);
    return {
      holder: this.holder,
      serial: (this.serial += 1),
      ratePerMinute: this.rate,
      reserve: Math.floor(this.rate / 20),
      calls: {
        before: this.told,
        agesMs: this.starts.slice(this.starts.length - known).map((startMs) => nowMs - startMs),
        sentMs: this.heardMs,
      },
      keep: this.share,
      want,
      urgent: random.below(want + 1),
      isLast: false,
    };
  }
}

describe('the shares of a lane', () => {
  it('are never more than its rate together, whatever is slow, late or lost', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 5, 20, 50), (seed, rate) => {
        const random = new Random(seed);
        const processes = [1, 2, 3].map((number) => new Worst(`p${number}`, rate));
        const starts: number[] = [];
        let record: ShareRecord = {};
        let onTheWay: Asked[] = [];
        let nowMs = 1000;
        const serve = ({ request, of }: Asked, sentMs: number): void => {
          const { record: after, answer } = served(record, request, nowMs);
          record = after;
          // Only the answer to the last question counts, and it may be lost.
          if (request.serial !== of.serial || random.below(3) === 0) return;
          of.share = answer.share;
          of.standing = answer.standing;
          of.endsMs = sentMs + SHARE_LASTS_MS;
          of.standsMs = sentMs + STANDING_LASTS_MS;
          of.told += request.calls.agesMs.length;
          of.untold -= request.calls.agesMs.length;
          of.heardMs = answer.nowMs;
        };
        const sent = new Map<Asked, number>();
        for (let step = 0; step < 300; step += 1) {
          nowMs += random.pick([0, 1, 50, 700, 700, 2000, 2900, 3000, 5990, 20_000, 53_000]);
          for (const asked of onTheWay.filter(({ arrivesMs }) => arrivesMs <= nowMs))
            serve(asked, sent.get(asked) ?? 0);
          onTheWay = onTheWay.filter(({ arrivesMs }) => arrivesMs > nowMs);
          const at = random.below(processes.length);
          const process = processes[at];
          if (process === undefined) continue;
          if (random.below(2) === 0)
            starts.push(...process.start(random.below(2) === 0 ? rate : random.below(rate + 1), nowMs));
          if (random.below(40) === 0) processes[at] = new Worst(`p${step}0`, rate);
          if (random.below(3) === 0) continue;
          const asked = {
            request: process.ask(random, nowMs),
            arrivesMs: nowMs + (random.below(2) === 0 ? random.below(9000) : 0),
            of: process,
          };
          sent.set(asked, nowMs);
          if (asked.arrivesMs === nowMs) serve(asked, nowMs);
          else onTheWay.push(asked);
        }
        let from = 0;
        starts.forEach((atMs, index) => {
          while ((starts[from] ?? atMs) <= atMs - MINUTE_MS) from += 1;
          expect(index - from + 1).toBeLessThanOrEqual(rate);
        });
      }),
      runs(300),
    );
  });

  it('are free again after a minute and the end of the share where a process is gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat({ max: 400 }), (rate, calls) => {
        const request = (holder: string): ShareRequest => ({
          ...{
            holder,
            serial: 1,
            ratePerMinute: rate,
            reserve: 0,
            keep: 0,
            want: rate,
            urgent: rate,
            isLast: false,
          },
          calls: { before: 0, agesMs: Array<number>(Math.min(calls, rate)).fill(1), sentMs: 0 },
        });
        const { record, answer } = served(
          {},
          { ...request('first'), calls: { before: 0, agesMs: [], sentMs: 0 } },
          0,
        );
        expect(answer.share).toBe(rate);
        const later = served(
          record,
          { ...request('second'), calls: { before: 0, agesMs: [], sentMs: 0 } },
          66_200,
        );
        expect(later.answer.share).toBe(rate - answer.standing);
      }),
      runs(50),
    );
  });
});
