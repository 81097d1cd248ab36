import { describe, expect, it } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { MAX_POLICY_FILE_BYTES } from '../../../../../reconciler/policy/read/decode.ts';
import { readPolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import { costComplaint } from '../../../../../reconciler/policy/read/scan.ts';

const filled = (piece: string): string => piece.repeat(Math.floor(MAX_POLICY_FILE_BYTES / piece.length));

/** Each takes the YAML library seconds, and some of them a gigabyte. */
const COSTLY: ReadonlyArray<readonly [string, string, string]> = [
  ['opening brackets', '[', 'too-deep'],
  ['opening braces', '{', 'too-deep'],
  ['closing brackets', ']', 'unreadable-yaml'],
  ['empty brackets', '[]', 'document-too-large'],
  ['double quotes', '"', 'unreadable-yaml'],
  ['double quotes and spaces', '" ', 'document-too-large'],
  ['single quotes in brackets', "['x' ", 'too-deep'],
  ['entries on one line', '- ', 'too-deep'],
  ['keys on one line', 'a: ', 'too-deep'],
  ['question marks on one line', '? ', 'too-deep'],
  ['tags', '! ', 'document-too-large'],
  ['anchors', '&a ', 'document-too-large'],
  ['aliases', '*a ', 'document-too-large'],
  ['directives', '%a\n', 'unreadable-yaml'],
  ['block texts', 'a: |\n', 'document-too-large'],
  ['keys', 'a:\n', 'document-too-large'],
  ['comments', '#\n', 'document-too-large'],
  ['empty lines', '\n', 'document-too-large'],
];

describe('a text that would be costly to parse', () => {
  it.each(COSTLY)('is refused unparsed when it is 2 MB of %s', (_, piece, code) => {
    const { problems, document } = readPolicyFile('a.yaml', Buffer.from(filled(piece)));
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(document).toBeNull();
  });

  it('is refused at the place where it goes beyond the bound', () => {
    const text = `version: 1\ngroups:\n  - ${'['.repeat(2000)}`;
    const { problems } = readPolicyFile('a.yaml', Buffer.from(text));
    expect(problems).toMatchObject([{ line: 3, column: 1005, code: 'too-deep' }]);
  });
});

describe('a text that is only large', () => {
  it.each([
    ['addresses, one a line', '- 10.1.2.3\n'],
    ['addresses in brackets', '- [10.1.2.3,10.1.2.4,10.1.2.5,10.1.2.6]\n'],
    [
      'rules on one line each',
      '      - {protocol: tcp, ports: 443, from: 203.0.113.0/24, description: "web, all"}\n',
    ],
    ['quoted texts with brackets and quotes in them', '- "[[[ \\" {{{ \\\\"\n'],
    ['plain texts with brackets in them', '- see [1] and {2}, or [[3\n'],
    ['plain texts with quotes in them', `- it's 5" wide, "so" to say\n`],
    ['comments with brackets in them', '- x # [[[ """ {{{\n'],
    ['words with colons and dashes', '- 2001:db8::-1:-:2/48?x\n'],
  ])('is parsed: 2 MB of %s', (_, piece) => {
    expect(costComplaint(filled(piece))).toBeNull();
  });

  it('is parsed when it is an example policy', () => {
    for (const name of readdirSync('policies').filter((each) => each.endsWith('.yaml'))) {
      expect(costComplaint(readFileSync(`policies/${name}`, 'utf8')), name).toBeNull();
    }
  });
});
