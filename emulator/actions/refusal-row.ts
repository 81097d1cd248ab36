// The vendor's refusals stand in tables, one row each; this makes the error of a row.
import { ApiError, type RefusalExtras } from '../action.ts';

/** One refusal of the vendor. `code` stands where the row's name is more than the vendor's code. */
export type Row = readonly [status: number, message: string, code?: string];

/** @param subject what takes the place of `%s` in the message */
export const errorOf = (name: string, row: Row, subject: string, extras?: RefusalExtras): ApiError =>
  new ApiError(
    row[0],
    row[2] ?? name,
    row[1].replace('%s', () => subject),
    extras,
  );
