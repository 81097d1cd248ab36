import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { writePieces } from '../../../../daemon/cli/write-pieces.ts';

test('a slow reader gets every piece, and no more than it has room for at a time', async () => {
  const stream = new PassThrough({ highWaterMark: 10 });
  let asked = 0;
  function* pieces(): Generator<string> {
    for (asked = 0; asked < 100; asked += 1) yield `${asked},`;
  }
  const written = writePieces(stream, pieces());
  await new Promise(setImmediate);
  expect(asked).toBeLessThan(20);
  void written.then(() => stream.end());
  expect(await text(stream)).toBe(Array.from({ length: 100 }, (_, index) => `${index},`).join(''));
});

test('a reader who goes ends it', async () => {
  const stream = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => done(new Error('write EPIPE')),
  });
  stream.on('error', () => undefined);
  let asked = 0;
  function* pieces(): Generator<string> {
    for (asked = 0; asked < 100; asked += 1) yield 'piece';
  }
  await writePieces(stream, pieces());
  expect(asked).toBeLessThan(2);
});
