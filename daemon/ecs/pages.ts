// A bounded walk over the pages of a read. A walk that stops early is a failure: part of a group would look
// like missing rules.
import type { z } from 'zod';
import { OPERATIONS, type ReadOperation } from '../../reconciler/model/operation.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { ReadAt, WireParams } from './api.ts';
import type { Ask } from './ask.ts';
import { ownFailure } from './failures/classify.ts';
import type { OwnCode } from './failures/failure-table.ts';
import type { Failure } from './failures/failure.ts';

/** Far more than any quota of the vendor: 20,000 rules, or 2,000 groups. */
export const MAX_PAGES = 20;

interface Page {
  /** Empty on the last page. */
  readonly NextToken: string;
}

export interface PagedRead<P extends Page> {
  readonly operation: ReadOperation;
  readonly params: WireParams;
  readonly schema: z.ZodType<P>;
}

/** All pages, or the first failure. */
export async function readPages<P extends Page>(
  ask: Ask,
  at: ReadAt,
  { operation, params, schema }: PagedRead<P>,
): Promise<Result<readonly P[], Failure>> {
  const pages: P[] = [];
  const tokens = new Set<string>();
  const paged = { ...params, MaxResults: String(OPERATIONS[operation].batchLimit) };
  let token = '';
  do {
    if (pages.length === MAX_PAGES) {
      return err(readFailure(operation, 'Transport.TooMuch', `more than ${MAX_PAGES} pages`));
    }
    const page = await ask(at, operation, token === '' ? paged : { ...paged, NextToken: token }, schema);
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

export const readFailure = (operation: ReadOperation, code: OwnCode, message: string): Failure =>
  ownFailure(code, message, { operation, params: {} });
