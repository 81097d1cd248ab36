import type { Problem } from '../../model/problem.ts';
import { err, ok, type Result } from '../../model/result.ts';
import type { Complaint } from './complaint.ts';

/** About 15,000 rules, and some two seconds of parsing. */
export const MAX_POLICY_FILE_BYTES = 2 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Bytes as text: UTF-8 without NUL bytes and not too long; a byte order mark is dropped. */
export function decodePolicyText(path: string, bytes: Uint8Array): Result<string, Problem> {
  const refuse = (line: number, complaint: Complaint): { ok: false; error: Problem } =>
    err({ file: path, line, column: 1, severity: 'error', ...complaint });
  if (bytes.length > MAX_POLICY_FILE_BYTES) {
    const message = `the file has ${bytes.length} bytes, ${MAX_POLICY_FILE_BYTES} at most`;
    return refuse(1, { code: 'file-too-large', message, hint: 'split it' });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const message = 'there is a NUL byte: this is not a text file';
    return refuse(lineAt(bytes, nul), { code: 'not-text', message, hint: 'save it as UTF-8 text' });
  }
  const text = decode(bytes);
  if (text !== null) return ok(text);
  const message = 'this line is not valid UTF-8';
  return refuse(firstUndecodableLine(bytes), { code: 'not-utf8', message, hint: 'save the file as UTF-8' });
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const lineAt = (bytes: Uint8Array, end: number): number =>
  bytes.subarray(0, end).reduce((line, byte) => (byte === NEWLINE ? line + 1 : line), 1);

/** No byte of a longer character is a newline, so each line can be decoded by itself. */
function firstUndecodableLine(bytes: Uint8Array): number {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (decode(bytes.subarray(start, end)) === null) return line;
    start = end;
  }
  return 1;
}
