/**
 * Writes one piece after the other, as fast as the reader takes them. A reader who goes ends it: `rampart plan | head`.
 * What a write that failed means is for the listener of `error` to say (process-io.ts).
 */
export async function writePieces(
  stream: NodeJS.WritableStream,
  pieces: Iterable<string | Uint8Array>,
): Promise<void> {
  for (const piece of pieces) {
    if (!stream.writable) return;
    if (!stream.write(piece)) await roomIn(stream);
  }
}

async function roomIn(stream: NodeJS.WritableStream): Promise<void> {
  const events = ['drain', 'error', 'close'];
  await new Promise<void>((resolve) => {
    const done = (): void => {
      for (const event of events) stream.removeListener(event, done);
      resolve();
    };
    for (const event of events) stream.once(event, done);
  });
}
