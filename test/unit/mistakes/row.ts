// A mistake as people make it, and what they are told.

export interface Mistake {
  readonly title: string;
  /** Where people made it: the address of a public thread, or `faults` for one that was found by trying this program. */
  readonly source?: string;
  readonly text: string;
  /** `LINE:COLUMN` of the one problem. */
  readonly at: string;
  /** What the message must name beside what to write: the thing, and its value. */
  readonly names: readonly string[];
  /** The whole hint; a machine follows it. */
  readonly hint: string;
}

/** A policy file whose one rule, in block style, begins in line 6, column 9. */
export const ingress = (...lines: readonly string[]): string => policyWith('ingress', lines);
export const egress = (...lines: readonly string[]): string => policyWith('egress', lines);

const policyWith = (direction: string, lines: readonly string[]): string =>
  [
    'version: 1',
    'groups:',
    '  - id: sg-bp1web',
    '    region: cn-hangzhou',
    `    ${direction}:`,
    ...lines.map((line, index) => `      ${index === 0 ? '- ' : '  '}${line}`),
    '',
  ].join('\n');

/** A policy file whose one group has these lines; the first stands in line 3, column 5. */
export const group = (...lines: readonly string[]): string =>
  ['version: 1', 'groups:', ...lines.map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`), ''].join(
    '\n',
  );
