import { describe, expect, it } from 'vitest';
import { RoomWatch } from '../../../../daemon/learned/quota-estimate.ts';

const MINUTE_MS = 60_000;
const CONFIGURED = 1000;

const limitAt = (room: RoomWatch, nowMs: number, held: number): number =>
  room.limit({ configured: CONFIGURED, held }, nowMs);

describe('the rules that a group may hold', () => {
  it('are as configured before any refusal', () => {
    expect(limitAt(new RoomWatch(), 0, 7)).toBe(CONFIGURED);
  });

  it('are what it held right after a refusal, also when it holds fewer later', () => {
    const room = new RoomWatch();
    room.refused(0);
    expect([limitAt(room, 1, 7), limitAt(room, 2, 5)]).toEqual([7, 7]);
  });

  it('are never more than configured', () => {
    const room = new RoomWatch();
    room.refused(0);
    expect(limitAt(room, 1, 2000)).toBe(CONFIGURED);
  });

  it.each([
    { refusals: 1, minutes: 10 },
    { refusals: 2, minutes: 20 },
    { refusals: 3, minutes: 40 },
    { refusals: 20, minutes: 360 },
  ])('are tried anew $minutes minutes after refusal $refusals', ({ refusals, minutes }) => {
    const room = new RoomWatch();
    for (let count = 0; count < refusals; count += 1) room.refused(0);
    expect(limitAt(room, minutes * MINUTE_MS - 1, 7)).toBe(7);
    expect(limitAt(room, minutes * MINUTE_MS, 7)).toBe(CONFIGURED);
  });

  it('start from ten minutes again after the group had room enough', () => {
    const room = new RoomWatch();
    room.refused(0);
    room.converged(9 * MINUTE_MS);
    room.refused(10 * MINUTE_MS);
    expect(limitAt(room, 29 * MINUTE_MS, 7)).toBe(7);
    room.converged(30 * MINUTE_MS);
    room.refused(30 * MINUTE_MS);
    expect(limitAt(room, 40 * MINUTE_MS - 1, 7)).toBe(7);
    expect(limitAt(room, 40 * MINUTE_MS, 7)).toBe(CONFIGURED);
  });
});
