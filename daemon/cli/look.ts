// How wide a terminal is, and whether texts are in colour: few codes, which every terminal of the last decades knows.
import { PLAIN_LOOK, type Look, type Tone } from '../../reconciler/report/look.ts';
import { isTty, type Io } from './io.ts';

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

const CODES: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  alarm: [31, 39],
  opens: [32, 39],
  closes: [33, 39],
  changes: [36, 39],
  strong: [1, 22],
  quiet: [2, 22],
};

/** A terminal that is narrower tells nothing true of its width. */
const LEAST_COLUMNS = 40;

/** Of a stream; `choice` of `--color`. */
export function lookOf(
  stream: NodeJS.WritableStream,
  { env }: Pick<Io, 'env'>,
  choice: ColorChoice = 'auto',
): Look {
  return {
    columns: columnsOf(stream),
    paint: usesColor(stream, { env }, choice) ? painted : PLAIN_LOOK.paint,
  };
}

/** Cells of a line; null: no terminal, or one that does not tell. */
export function columnsOf(stream: NodeJS.WritableStream): number | null {
  const columns = isTty(stream) && 'columns' in stream ? stream.columns : null;
  return typeof columns === 'number' && columns >= LEAST_COLUMNS ? columns : null;
}

/** As the flag says; else on a terminal, unless the environment asks for none (https://no-color.org). */
export function usesColor(
  stream: NodeJS.WritableStream,
  { env }: Pick<Io, 'env'>,
  choice: ColorChoice = 'auto',
): boolean {
  if (choice !== 'auto') return choice === 'always';
  return isTty(stream) && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

function painted(tone: Tone, text: string): string {
  const [on, off] = CODES[tone];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
}
