import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { createProgram } from '../../../../daemon/program.ts';
import { type Io, UsageError } from '../../../../daemon/cli/io.ts';

const taken = createServer();
afterEach(() => {
  taken.close();
});

/** What the command ends with, and all it wrote; it is told to stop at once. */
async function run(...flags: readonly string[]): Promise<{ code: number; text: string }> {
  const stream = new PassThrough();
  const io: Io = {
    stdin: () => Readable.from([]),
    stdout: stream,
    stderr: stream,
    env: {},
    cwd: '/',
    stopSignal: AbortSignal.abort(),
    argv: [],
    onReload: () => undefined,
  };
  const written = () => String(stream.read() ?? '');
  try {
    const code = await createProgram(io).run(['node', 'rampart', 'emulator', ...flags]);
    return { code, text: written() };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 1, text: `${written()}${error.message}` };
  }
}

test('an address that cannot be had is told in a line', async () => {
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, text } = await run('--listen', `127.0.0.1:${port}`);
  expect({ code, lines: text.split('\n').length }).toEqual({ code: 1, lines: 1 });
  expect(text).toContain(`cannot listen: listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
});

test('an access key that is given twice is refused', async () => {
  const result = await run('--credential', 'a:b', '--credential', 'a:c');
  expect(result).toEqual({ code: 1, text: '--credential: the id a is given twice' });
});

test('access keys may be several', async () => {
  const { code, text } = await run('--credential', 'a:b', '--credential', 'b:c');
  expect(code).toBe(0);
  expect(text).toContain('emulator.listening');
});
