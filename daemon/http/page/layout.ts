// What every page has: the head, the way to the other pages, and nothing that is loaded from elsewhere.
import { html, raw } from 'hono/html';
import { LIVE_SCRIPT } from './live.ts';
import { PAGE_STYLE } from './style.ts';

/** Text with all of it escaped that did not stand in the template itself. */
export type Html = ReturnType<typeof html>;

export const NO_HTML: Html = html``;

export interface PageParts {
  readonly title: string;
  /** Of the entry in the list of pages that this one is, or is below. */
  readonly path: string;
  /** Version of the program. */
  readonly rampart: string;
  /** Stands outside of what is loaded again. */
  readonly tools?: Html;
  readonly main: Html;
}

const PAGES: ReadonlyArray<readonly [string, string]> = [
  ['/', 'Groups'],
  ['/revisions', 'Revisions'],
  ['/lanes', 'Lanes'],
];

/** Nothing may stand beside the texts whose hashes the server names. */
const STYLE = raw(`<style>${PAGE_STYLE}</style>`);
const SCRIPT = raw(`<script>${LIVE_SCRIPT}</script>`);

export function wholePage({ title, path, rampart, tools = NO_HTML, main }: PageParts): Html {
  const links = PAGES.map(([href, name]) => {
    const current = href === path ? raw(' aria-current="page"') : '';
    return html`<a href="${href}" ${current}>${name}</a> `;
  });
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <noscript><meta http-equiv="refresh" content="10" /></noscript>
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header>
          <b>Rampart ${rampart}</b>
          <nav aria-label="Pages">${links}</nav>
        </header>
        ${tools}
        <main id="main">${main}</main>
        ${SCRIPT}
      </body>
    </html> `;
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => Html | string;
}

/** Wide tables scroll by themselves; on a narrow screen each row is a block. */
export function tableOf<T>(label: string, columns: ReadonlyArray<Column<T>>, items: readonly T[]): Html {
  if (items.length === 0) return html`<p class="calm">None.</p>`;
  const row = (item: T): Html =>
    html`<tr>
      ${columns.map(({ head, cell }) => html`<td data-of="${head}">${cell(item)}</td>`)}
    </tr> `;
  return html`<div class="wide" tabindex="0" role="region" aria-label="${label}">
    <table class="stacked">
      <thead>
        <tr>
          ${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${items.map(row)}
      </tbody>
    </table>
  </div>`;
}

/** A commit or content hash as people know it. */
export const shortHash = (hash: string): string => hash.replace(/^sha256:/, '').slice(0, 12);

/** ISO, to the second. */
export const shortTime = (ms: number | null): string =>
  ms === null ? 'never' : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
