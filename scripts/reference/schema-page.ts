// A page for people of a JSON Schema: a section for each mapping, a row for each key.
import {
  descriptionOf,
  keysOf,
  leavesOf,
  mappingsIn,
  type MappingAt,
  type SchemaNode,
} from './schema-node.ts';
import { defaultWords, exampleWords, valueWords } from './value-words.ts';

const DEEPEST_HEADING = 4;

/** Markdown, below the head of the page. Throws where a key has no description: it would be missing here. */
export function schemaSections(schema: SchemaNode): string {
  const sections = sectionsOf(schema);
  const linkTo = (mapping: SchemaNode): string => {
    const section = sections.get(keysOf(mapping));
    if (section === undefined) throw new Error('a mapping has no section');
    const { kind } = section.at;
    return `[${kind === '' ? 'mapping' : `\`${kind}\``}](#${anchorOf(section.title)})`;
  };
  return [...sections.values()]
    .map(({ title, depth, at }) =>
      [
        `${'#'.repeat(Math.min(depth + 2, DEEPEST_HEADING))} ${title}`,
        at.path === '' ? '' : (at.node.description ?? ''),
        ...choiceLines(at.node),
        table(at, linkTo),
      ]
        .filter((part) => part !== '')
        .join('\n\n'),
    )
    .join('\n\n');
}

interface Section {
  readonly title: string;
  readonly depth: number;
  readonly at: MappingAt;
}

/** By the keys of the mapping: one that stands at two places has one section, at the first. */
function sectionsOf(schema: SchemaNode): ReadonlyMap<string, Section> {
  const whole = { path: '', kind: '', node: schema };
  const sections = new Map([[keysOf(schema), { title: 'The whole file', depth: 0, at: whole }]]);
  addSectionsBelow(whole, 0, sections);
  return sections;
}

function addSectionsBelow(at: MappingAt, depth: number, sections: Map<string, Section>): void {
  for (const [key, value] of Object.entries(at.node.properties ?? {})) {
    const inside = mappingsIn(pathOf(at, key), value);
    const named = inside.length > 1 ? inside : inside.map((only) => ({ ...only, kind: '' }));
    // All kinds before what they hold, or one of them would have its section inside another.
    const added = named.filter(({ node }) => !sections.has(keysOf(node)));
    for (const one of added)
      sections.set(keysOf(one.node), { title: titleOf(one), depth: depth + 1, at: one });
    for (const one of added) addSectionsBelow(one, depth + 1, sections);
  }
}

const titleOf = ({ path, kind }: MappingAt): string => `\`${path}\`${kind === '' ? '' : `, \`${kind}\``}`;

const pathOf = ({ path }: MappingAt, key: string): string => (path === '' ? key : `${path}.${key}`);

/** As GitHub makes them. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
    .replaceAll(' ', '-');

/** `Exactly one of id, name, tags.`: what a schema says of keys by which of them are required. */
function choiceLines({ oneOf, anyOf, allOf = [] }: SchemaNode): string[] {
  const line = (words: string, choices: readonly SchemaNode[] = []): string[] =>
    choices.length === 0
      ? []
      : [
          `${words} of ${choices.flatMap(({ required = [] }) => required.map((key) => `\`${key}\``)).join(', ')}.`,
        ];
  return [...line('Exactly one', oneOf), ...line('At least one', anyOf), ...allOf.flatMap(choiceLines)];
}

function table(at: MappingAt, linkTo: (mapping: SchemaNode) => string): string {
  const rows = Object.entries(at.node.properties ?? {}).map(([key, value]) => ({
    key: `\`${key}\``,
    cells: [
      valueWords(value, linkTo),
      at.node.required?.includes(key) === true ? '**required**' : defaultWords(value),
      meaningOf(pathOf(at, key), value),
    ],
  }));
  const folded = rows.reduce<typeof rows>((done, row) => {
    const last = done.at(-1);
    const isSame = last !== undefined && JSON.stringify(last.cells) === JSON.stringify(row.cells);
    return isSame ? [...done.slice(0, -1), { ...last, key: `${last.key}, ${row.key}` }] : [...done, row];
  }, []);
  return [
    '| key | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...folded.map(
      ({ key, cells }) => `| ${[key, ...cells].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
    ),
  ].join('\n');
}

/** What the schema says of the key, and of the texts and numbers that may stand there. */
function meaningOf(path: string, value: SchemaNode): string {
  const text = descriptionOf(value);
  if (text === undefined) throw new Error(`${path} has no description in its schema`);
  const parts = [
    text,
    ...[value, ...leavesOf(value)].flatMap((each) => [each.description, exampleWords(each)]),
  ];
  return [...new Set(parts)].filter((part) => part !== undefined && part !== '').join(' ');
}
