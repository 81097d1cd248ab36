// The picture of a group as SVG: a square where packets get in, a smaller one where only a part of them does. What the
// internet reaches is red. All is drawn by classes of the one style, since the pages allow no style of their own.
import { html, raw } from 'hono/html';
import type { Reach } from '../../../reconciler/exposure/ask/reach.ts';
import { NO_HTML, type Html } from './layout.ts';
import type { PictureColumn, PictureRow, ReachPicture } from './reach-picture.ts';

const CELL = 22;
const CHARACTER = 7;
const MARGIN = 8;
const LONGEST_LABEL = 44;

export function pictureSvg({ columns, rows }: ReachPicture): Html {
  const left = MARGIN * 2 + CHARACTER * longest(rows);
  const top = MARGIN * 2 + CHARACTER * longest(columns);
  const width = left + CELL * columns.length + MARGIN;
  const height = top + CELL * rows.length + MARGIN;
  const heads = columns.map((column, at) =>
    columnHead(column, left + CELL * at + CELL / 2 + 4, top - MARGIN),
  );
  const lines = rows.map((row, at) => rowOf({ row, columns, left, top: top + CELL * at, width }));
  return html`<svg
    role="img"
    aria-labelledby="picture-title picture-text"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    <title id="picture-title">Who may reach which port</title>
    <desc id="picture-text">${pictureText({ columns, rows })}</desc>
    ${heads}${lines}
  </svg>`;
}

/** What the picture shows, for those who do not see it. */
export function pictureText({ columns, rows }: ReachPicture): string {
  const lines = rows.map(({ label, cells }) => {
    const open = columns.flatMap((column, at) => reachWords(column, cells[at] ?? 'unknown'));
    return `${label}: ${open.length === 0 ? 'nothing' : open.join(', ')}.`;
  });
  return lines.join(' ');
}

function reachWords({ label }: PictureColumn, reach: Reach): string[] {
  switch (reach) {
    case 'all':
      return [label];
    case 'part':
      return [`${label} in part`];
    case 'unknown':
      return [`${label} not worked out`];
    case 'none':
      return [];
  }
}

const longest = (labelled: ReadonlyArray<{ readonly label: string }>): number =>
  Math.min(LONGEST_LABEL, Math.max(1, ...labelled.map(({ label }) => label.length)));

const shortened = (label: string): string =>
  label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;

const columnHead = ({ label }: PictureColumn, x: number, y: number): Html =>
  html`<text class="head" transform="translate(${x} ${y}) rotate(-90)">${shortened(label)}</text> `;

interface DrawnRow {
  readonly row: PictureRow;
  readonly columns: readonly PictureColumn[];
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function rowOf({ row, columns, left, top, width }: DrawnRow): Html {
  const cells = row.cells.map((reach, at) =>
    cellOf({ reach, row, column: columns[at], x: left + CELL * at, y: top }),
  );
  const name = row.isInternet ? raw(' class="internet"') : '';
  return html`<line class="grid" x1="0" x2="${width}" y1="${top}" y2="${top}"/><text${name} x="${MARGIN}" y="${top + CELL - 7}">${shortened(row.label)}</text>
${cells}`;
}

interface DrawnCell {
  readonly reach: Reach;
  readonly row: PictureRow;
  readonly column: PictureColumn | undefined;
  readonly x: number;
  readonly y: number;
}

function cellOf({ reach, row, column, x, y }: DrawnCell): Html {
  if (reach === 'none' || column === undefined) return NO_HTML;
  const gap = reach === 'part' ? 6 : 3;
  const side = CELL - 2 * gap;
  const name = row.isInternet && reach !== 'unknown' ? 'exposed' : reach;
  const title = `${row.label}: ${reachWords(column, reach).join('')}`;
  return html`<rect class="${name}" x="${x + gap}" y="${y + gap}" width="${side}" height="${side}" rx="2"><title>${title}</title></rect>`;
}
