// A bounded walk over the pages of a read. A walk that stops early is a failure: part of a group would look
// like missing rules.
import type { z } from 'zod';
import { OPERATIONS, type ReadOperation } from '../../reconciler/model/operation.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { ReadAt, WireParams } from './api.ts';
import { paramsOf, type Ask, type AskedParams } from './ask.ts';
import { ownFailure } from './failures/classify.ts';
import type { OwnCode } from './failures/failure-table.ts';
import type { Failure } from './failures/failure.ts';

/** Far more than any quota of the vendor: 20,000 rules. */
export const MAX_PAGES = 20;

interface Page {
  /** Empty on the last page. */
  readonly NextToken: string;
}

export interface PagedRead<P extends Page> {
  readonly operation: ReadOperation;
  readonly params: AskedParams;
  readonly schema: z.ZodType<P>;
  /** Most pages; `MAX_PAGES` unless given. */
  readonly most?: number;
  /** The first page, where it was read already. */
  readonly first?: P;
}

/** All pages, or the first failure. */
export async function readPages<P extends Page>(
  ask: Ask,
  at: ReadAt,
  { operation, params, schema, most = MAX_PAGES, first }: PagedRead<P>,
): Promise<Result<readonly P[], Failure>> {
  const pages: P[] = [];
  const tokens = new Set<string>();
  let token = '';
  do {
    if (pages.length === most) {
      return err(readFailure(operation, 'Transport.TooMuch', `more than ${most} pages`));
    }
    const asked = (): WireParams => ({ ...paramsOf(params), ...pagingOf(operation, token) });
    const isRead = first !== undefined && pages.length === 0;
    const page = isRead ? ok(first) : await ask(at, operation, asked, schema);
    if (!page.ok) return page;
    pages.push(page.value);
    token = page.value.NextToken;
    if (tokens.has(token)) {
      return err(readFailure(operation, 'Transport.TornRead', 'the pages run in a circle'));
    }
    tokens.add(token);
  } while (token !== '');
  return ok(pages);
}

/** The parameters that choose a page; an empty token means the first. */
export const pagingOf = (operation: ReadOperation, token: string): WireParams => ({
  MaxResults: String(OPERATIONS[operation].batchLimit),
  ...(token === '' ? {} : { NextToken: token }),
});

export const readFailure = (operation: ReadOperation, code: OwnCode, message: string): Failure =>
  ownFailure(code, message, { operation, params: {} });
