// A bounded walk over the pages of a read. A walk that stops early is a failure: part of a group would look
// like missing rules.
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { Failure } from './failures/failure.ts';

/** Far more than any quota of the vendor: 20,000 rules, or 2,000 groups. */
export const MAX_PAGES = 20;

interface Page {
  /** Empty on the last page. */
  readonly NextToken: string;
}

/**
 * All pages, or the first failure. `fetchPage` gets an empty token for the first page; `fail` makes the
 * failure of a walk that does not end.
 */
export async function walkPages<P extends Page>(
  fetchPage: (token: string) => Promise<Result<P, Failure>>,
  fail: (code: 'Transport.TooMuch' | 'Transport.TornRead', message: string) => Failure,
): Promise<Result<readonly P[], Failure>> {
  const pages: P[] = [];
  const tokens = new Set<string>();
  let token = '';
  do {
    if (pages.length === MAX_PAGES) return err(fail('Transport.TooMuch', `more than ${MAX_PAGES} pages`));
    const page = await fetchPage(token);
    if (!page.ok) return page;
    pages.push(page.value);
    token = page.value.NextToken;
    if (tokens.has(token)) return err(fail('Transport.TornRead', 'the pages run in a circle'));
    tokens.add(token);
  } while (token !== '');
  return ok(pages);
}
