// A path of the policy folder that cannot be read, as a problem in its place.
import type { Unreadable } from './source.ts';

/** What is wrong with one path of the folder. */
export interface Trouble {
  /** Path from the policy folder. */
  readonly path: string;
  /** Path as shown. */
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function unreadable({ path, file, code, message, hint = '' }: Trouble): Unreadable {
  return { path, problem: { severity: 'error', code, file, line: 1, column: 1, message, hint } };
}
