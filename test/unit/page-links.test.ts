// Links between pages lead to files and headings that exist: a page that loses a section leaves others pointing at nothing.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const pagesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  ...pagesBelow('docs'),
  ...pagesBelow('examples'),
];

/** Without what stands between fences, where `](` may be part of a program. */
const textOf = (file: string): string => readFileSync(file, 'utf8').replace(/^ *```[^]*?^ *```/gm, '');

/** As GitHub makes them of headings. */
const anchorsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-'),
  );

function leadsNowhere(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const meant = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(meant)) return true;
  return anchor !== undefined && statSync(meant).isFile() && !anchorsOf(meant).includes(anchor);
}

it('links of the pages lead to files and headings that exist', () => {
  const links = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })),
  ).filter(({ target }) => !/^[a-z]+:/.test(target));
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ page, target }) => leadsNowhere(page, target))).toEqual([]);
});

it('every page of docs is linked from docs/README.md, and those of a folder from its own', () => {
  const missing = pagesBelow('docs').filter((page) => {
    const isIndex = path.basename(page) === 'README.md';
    const index = path.join(isIndex ? path.dirname(path.dirname(page)) : path.dirname(page), 'README.md');
    return !textOf(index).includes(`](${path.relative(path.dirname(index), page)}`);
  });
  expect(missing).toEqual([]);
});
