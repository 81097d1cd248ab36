import { expect, it } from 'vitest';
import { AnswerTurns } from '../../../../../daemon/ecs/transport/answer-turns.ts';

let nowMs = 0;
const clock = { monotonicMs: (): number => nowMs };

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('answers that are there at once are read one a turn of the event loop, in their order', async () => {
  const turns = new AnswerTurns(clock);
  const read: string[] = [];
  for (const answer of ['first', 'second', 'third']) turns.take(() => read.push(answer));
  const afterEach: number[] = [];
  while (read.length < 3) {
    await nextTurn();
    afterEach.push(read.length);
  }
  expect(read).toEqual(['first', 'second', 'third']);
  expect(afterEach).toEqual([1, 2, 3]);
});

it('an answer that comes after all others were read has a turn, too', async () => {
  const turns = new AnswerTurns(clock);
  const read: string[] = [];
  turns.take(() => read.push('first'));
  await nextTurn();
  turns.take(() => read.push('second'));
  await nextTurn();
  expect(read).toEqual(['first', 'second']);
});

it('where turns take long, answers that have waited for a second are read together, and a younger one has its own turn', async () => {
  const turns = new AnswerTurns(clock);
  const read: string[] = [];
  for (const answer of ['first', 'second', 'third']) turns.take(() => read.push(answer));
  nowMs += 1000;
  turns.take(() => read.push('young'));
  await nextTurn();
  expect(read).toEqual(['first', 'second', 'third']);
  await nextTurn();
  expect(read).toEqual(['first', 'second', 'third', 'young']);
});
