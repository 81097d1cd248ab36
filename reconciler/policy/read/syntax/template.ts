// What a template engine would have filled in: policies and the config are read as they are.
import type { OffsetComplaint } from '../complaint.ts';
import type { TextLine } from './text-lines.ts';

/** As a value, begun where a value begins and without quotes; in quotes it is a text like any other. */
const UNQUOTED = /(?:^|:\s+|-\s+|[[,]\s*)(\{\{|\{%|<%)/;

/** Marks of Helm, Jinja, ERB, Terraform and shells. */
export const isTemplate = (text: string): boolean => /\{\{|\{%|<%|\$\{/.test(text);

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['region', 'cn-hangzhou'],
  ['id', 'sg-bp1web'],
  ['protocol', 'tcp'],
  ['ports', '443'],
  ['from', '203.0.113.0/24'],
  ['to', '203.0.113.0/24'],
  ['listen', '127.0.0.1:8481'],
]);

export function templateHint(key: string): string {
  const example = EXAMPLES.get(key);
  const value = example === undefined ? 'the value itself' : `the value itself, such as \`${example}\``;
  return `render the file before it comes here, or write ${value}`;
}

export const TEMPLATE_MESSAGE = 'templates are not rendered here';

/** Of a text that YAML refuses. */
export function templatesIn(lines: readonly TextLine[]): OffsetComplaint[] {
  return lines.flatMap(({ text, start, isBlank }) => {
    const match = isBlank ? null : UNQUOTED.exec(text);
    if (match === null) return [];
    const [all, mark = ''] = match;
    const [, key = ''] =
      /([A-Za-z]\w*):\s*$/.exec(text.slice(0, match.index + all.length - mark.length)) ?? [];
    const offset = start + match.index + all.length - mark.length;
    return [{ offset, code: 'template', message: TEMPLATE_MESSAGE, hint: templateHint(key) }];
  });
}
