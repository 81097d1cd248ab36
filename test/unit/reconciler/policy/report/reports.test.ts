import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../../reconciler/model/problem.ts';
import { problemsAsGithubCommands } from '../../../../../reconciler/policy/report/github.ts';
import { problemsAsJson } from '../../../../../reconciler/policy/report/json.ts';
import { problemsAsSarif } from '../../../../../reconciler/policy/report/sarif.ts';
import { formatProblems } from '../../../../../reconciler/policy/report/text.ts';

const problem = (fields: Partial<Problem>): Problem => ({
  file: 'a.yaml',
  line: 1,
  column: 1,
  severity: 'error',
  code: 'host-bits',
  message: 'it is wrong',
  hint: '',
  ...fields,
});

const format = (fields: Partial<Problem>, text?: string): string =>
  formatProblems([problem(fields)], new Map(text === undefined ? [] : [['a.yaml', text]]));

describe('the text report', () => {
  it('shows place, message, code, source line, caret and hint', () => {
    const text = 'version: 1\nnetworks: {a: 10.0.0.1/8}\n';
    const fields = { line: 2, column: 15, message: '"10.0.0.1/8" has host bits', hint: 'write 10.0.0.0/8' };
    expect(format(fields, text)).toBe(
      [
        'a.yaml:2:15: error: "10.0.0.1/8" has host bits [host-bits]',
        '  2 | networks: {a: 10.0.0.1/8}',
        '    |               ^',
        '  = write 10.0.0.0/8',
        '',
      ].join('\n'),
    );
  });

  it('is empty without problems', () => {
    expect(formatProblems([], new Map())).toBe('');
  });

  it('orders problems by file, line and column, whatever order they come in', () => {
    const problems = [
      problem({ file: 'b.yaml' }),
      problem({ line: 10 }),
      problem({ line: 9, column: 2, severity: 'warning' }),
      problem({ line: 9, column: 1 }),
    ];
    const heads = formatProblems(problems, new Map())
      .split('\n')
      .filter((line) => line !== '');
    expect(heads).toEqual([
      'a.yaml:9:1: error: it is wrong [host-bits]',
      'a.yaml:9:2: warning: it is wrong [host-bits]',
      'a.yaml:10:1: error: it is wrong [host-bits]',
      'b.yaml:1:1: error: it is wrong [host-bits]',
    ]);
  });

  it.each([
    ['a file that is not at hand', {}, undefined],
    ['a line that is not there', { line: 7 }, 'a: 1\n'],
    ['an empty line', { line: 2 }, 'a: 1\n\n'],
  ])('leaves out the frame for %s', (_name, fields, text) => {
    expect(format(fields, text).split('\n')).toHaveLength(2);
  });

  it.each([
    { despite: 'tabs', at: { column: 4 }, text: 'a:\tb', frame: ['  1 | a: b', '    |    ^'] },
    {
      despite: 'characters of two code units',
      at: { column: 7 },
      text: 'a: 🔥 b',
      frame: ['  1 | a: 🔥 b', '    |      ^'],
    },
    {
      despite: 'Windows line ends',
      at: { line: 2, column: 2 },
      text: 'a\r\nbc\r\n',
      frame: ['  2 | bc', '    |  ^'],
    },
  ])('puts the caret under the place despite $despite', ({ at, text, frame }) => {
    expect(format(at, text).split('\n').slice(1, 3)).toEqual(frame);
  });

  it('cuts a long line around the place', () => {
    const [, source = '', caret = ''] = format(
      { column: 5001 },
      `${'a'.repeat(5000)}X${'b'.repeat(5000)}`,
    ).split('\n');
    expect(source.length).toBeLessThan(120);
    expect(source[caret.indexOf('^')]).toBe('X');
  });

  it('shows what a terminal would act upon, and does not let it act', () => {
    const hostile = 'a: \u001b[2J\u202egnp.exe\u0007';
    const report = format({ column: 4, message: `bad \u001b[31m`, hint: 'x\u0000y' }, hostile);
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(report).toContain('bad \u{FFFD}[31m');
  });
});

describe('the JSON report', () => {
  it('holds the fields of the contract, in reading order', () => {
    const report = JSON.parse(problemsAsJson([problem({ line: 2 }), problem({ hint: 'h' })])) as unknown;
    expect(report).toEqual({
      version: 1,
      problems: [
        {
          file: 'a.yaml',
          line: 1,
          column: 1,
          severity: 'error',
          code: 'host-bits',
          message: 'it is wrong',
          hint: 'h',
        },
        {
          file: 'a.yaml',
          line: 2,
          column: 1,
          severity: 'error',
          code: 'host-bits',
          message: 'it is wrong',
          hint: '',
        },
      ],
    });
  });
});

describe('the report for GitHub', () => {
  it('has one command for each problem', () => {
    expect(
      problemsAsGithubCommands([
        problem({ line: 3, column: 4, hint: 'do so' }),
        problem({ severity: 'warning' }),
      ]),
    ).toBe(
      '::warning file=a.yaml,line=1,col=1,title=host-bits::it is wrong\n' +
        '::error file=a.yaml,line=3,col=4,title=host-bits::it is wrong (do so)\n',
    );
  });

  it('lets no text end the command or begin another', () => {
    const report = problemsAsGithubCommands([
      problem({ file: 'a,b:c%.yaml', message: '50%\n::error::forged\r' }),
    ]);
    expect(report.split('\n')).toHaveLength(2);
    expect(report).toContain('file=a%2Cb%3Ac%25.yaml,');
    expect(report).toContain('::50%25\u{FFFD}::error::forged\u{FFFD}');
  });
});

describe('the SARIF report', () => {
  const log = JSON.parse(
    problemsAsSarif(
      [
        problem({ file: 'my policies/a.yaml', line: 3, column: 4, hint: 'do so' }),
        problem({ code: 'unused', severity: 'warning' }),
      ],
      '1.2.3',
    ),
  ) as { version: string; runs: [{ tool: unknown; columnKind: string; results: unknown[] }] };

  it('names the tool and its rules', () => {
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0].columnKind).toBe('utf16CodeUnits');
    expect(log.runs[0].tool).toEqual({
      driver: { name: 'rampart', version: '1.2.3', rules: [{ id: 'host-bits' }, { id: 'unused' }] },
    });
  });

  it('places each result', () => {
    expect(log.runs[0].results).toMatchObject([
      { ruleId: 'unused', ruleIndex: 1, level: 'warning', message: { text: 'it is wrong' } },
      {
        ruleId: 'host-bits',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'it is wrong (do so)' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'my%20policies/a.yaml' },
              region: { startLine: 3, startColumn: 4 },
            },
          },
        ],
      },
    ]);
  });

  it('is whole without problems', () => {
    expect(JSON.parse(problemsAsSarif([], '1.2.3'))).toMatchObject({ runs: [{ results: [] }] });
  });
});
