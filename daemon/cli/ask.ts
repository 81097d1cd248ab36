// A question to the person at the terminal. It stands on stderr, since stdout is for data.
import { createInterface } from 'node:readline/promises';
import { isTty, UsageError, type Io } from './io.ts';

/** Whether a person is there to read a question and to answer it. */
export const canAsk = ({ stdin, stderr }: Io): boolean => isTty(stdin()) && isTty(stderr);

/** Whether the answer is yes. No answer (the input ends, or the process is to stop) is a no. */
export const askYes = async (io: Io, question: string): Promise<boolean> =>
  /^y(es)?$/i.test((await lineAfter(io, `${question} [y/N] `)) ?? '');

/** What is written, or `proposed` where only the line is ended. A UsageError without an answer. */
export async function askText(io: Io, question: string, proposed: string): Promise<string> {
  const answer = await lineAfter(io, `${question} [${proposed}] `);
  if (answer === null) throw new UsageError('not answered: nothing was written');
  return answer === '' ? proposed : answer;
}

/** Without space around it; null: the input ended, or the process is to stop. */
async function lineAfter({ stdin, stderr, stopSignal }: Io, prompt: string): Promise<string | null> {
  const lines = createInterface({ input: stdin(), output: stderr, terminal: false });
  const gone = new AbortController();
  lines.once('close', () => gone.abort());
  try {
    const answer = await lines.question(prompt, { signal: AbortSignal.any([stopSignal, gone.signal]) });
    return answer.trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    lines.close();
  }
}
