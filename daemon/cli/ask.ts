// A question to the person at the terminal. It stands on stderr, since stdout is for data.
import { createInterface } from 'node:readline/promises';
import { isTty, type Io } from './io.ts';

/** Whether a person is there to read a question and to answer it. */
export const canAsk = ({ stdin, stderr }: Io): boolean => isTty(stdin()) && isTty(stderr);

/** Whether the answer is yes. No answer (the input ends, or the process is to stop) is a no. */
export async function askYes({ stdin, stderr, stopSignal }: Io, question: string): Promise<boolean> {
  const lines = createInterface({ input: stdin(), output: stderr, terminal: false });
  const gone = new AbortController();
  lines.once('close', () => gone.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, {
      signal: AbortSignal.any([stopSignal, gone.signal]),
    });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  } finally {
    lines.close();
  }
}
