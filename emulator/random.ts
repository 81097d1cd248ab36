// Seeded randomness: one seed gives the same ids, request ids and faults on every run.

/** A generator of numbers 0 <= x < 1 (mulberry32: 32 bits of state, good enough for ids and dice). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A generator of its own for each purpose, so that how often one is asked does not show in another. */
export function seededStream(seed: number, purpose: 'actions' | 'faults' | 'requestIds'): () => number {
  const streams = { actions: 0x2545f491, faults: 0x9e3779b9, requestIds: 0x85ebca6b };
  return seededRandom(seed ^ streams[purpose]);
}

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 20;

/** An id such as `sgr-` plus 20 lower-case letters and digits. */
export function randomId(prefix: string, random: () => number): string {
  let id = prefix;
  for (let length = 0; length < ID_LENGTH; length += 1) {
    id += ID_LETTERS.charAt(Math.floor(random() * ID_LETTERS.length));
  }
  return id;
}

/** A request id in the vendor's form: an upper-case UUID (version 4). */
export function randomRequestId(random: () => number): string {
  const word = () => Math.floor(random() * 0x1_0000_0000);
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  const second = hex(((word() & 0xffff0fff) | 0x4000) >>> 0);
  const third = hex(((word() & 0x3fffffff) | 0x80000000) >>> 0);
  return [
    hex(word()),
    second.slice(0, 4),
    second.slice(4),
    third.slice(0, 4),
    third.slice(4) + hex(word()),
  ].join('-');
}
