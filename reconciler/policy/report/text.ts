// Problems for people: one line each that editors can jump to, the source line with a caret, and the hint.
import { compareProblems, type Problem } from '../../model/problem.ts';
import { printable } from './printable.ts';

/** Wider lines are cut around the column. */
const FRAME_WIDTH = 100;

/**
 * `FILE:LINE:COL: MESSAGE` with a code frame for each problem, in reading order; empty if there is none.
 * `texts` holds the files' texts by path; a problem whose file is not in it comes without a frame.
 */
export function formatProblems(problems: readonly Problem[], texts: ReadonlyMap<string, string>): string {
  const linesOf = lineReader(texts);
  const blocks = problems.toSorted(compareProblems).map((problem) => {
    const { file, line, column, severity, message, code, hint } = problem;
    const head = `${printable(file)}:${line}:${column}: ${severity}: ${printable(message)} [${code}]`;
    const frame = codeFrame(linesOf(file)?.[line - 1], line, column);
    const advice = hint === '' ? [] : [`  = ${printable(hint)}`];
    return [head, ...frame, ...advice, ''].join('\n');
  });
  return blocks.join('\n');
}

/** Splits each file once, however many problems it has. */
function lineReader(texts: ReadonlyMap<string, string>): (file: string) => readonly string[] | null {
  const split = new Map<string, readonly string[]>();
  return (file) => {
    const text = texts.get(file);
    if (text === undefined) return null;
    const lines = split.get(file) ?? text.split(/\r?\n/);
    split.set(file, lines);
    return lines;
  };
}

function codeFrame(sourceLine: string | undefined, line: number, column: number): string[] {
  if (sourceLine === undefined || sourceLine.trim() === '') return [];
  // The window keeps the caret in its middle third, so that what stands before it is seen as well.
  const start = column > FRAME_WIDTH ? column - Math.floor(FRAME_WIDTH / 2) : 0;
  const shown = printable(sourceLine.slice(start, start + FRAME_WIDTH).replaceAll('\t', ' '));
  // In code points: a pair of surrogates is one character on the screen.
  const indent = Array.from(sourceLine.slice(start, column - 1)).length;
  const gutter = String(line);
  return [`  ${gutter} | ${shown}`, `  ${' '.repeat(gutter.length)} | ${' '.repeat(indent)}^`];
}
