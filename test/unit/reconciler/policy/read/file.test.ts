import { describe, expect, it } from 'vitest';
import { decodePolicyText, MAX_POLICY_FILE_BYTES } from '../../../../../reconciler/policy/read/decode.ts';
import {
  parsePolicyFile,
  readPolicyFile,
  unreadablePolicyFile,
} from '../../../../../reconciler/policy/read/file.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodePolicyText', () => {
  it.each([
    ['plain text', bytes('a: 1\n'), 'a: 1\n'],
    ['text beyond ASCII', bytes('# Büro 🔥\n'), '# Büro 🔥\n'],
    ['a byte order mark, which is dropped', new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), 'a'],
    ['nothing', new Uint8Array(), ''],
  ])('reads %s', (_name, input, text) => {
    expect(decodePolicyText('a.yaml', input)).toEqual({ ok: true, value: text });
  });

  it.each([
    ['bytes that are no UTF-8', new Uint8Array([0x61, 0x0a, 0x62, 0xc3, 0x28, 0x0a]), 'not-utf8', 2],
    ['a character cut off by the end', new Uint8Array([0x61, 0x0a, 0xf0, 0x9f, 0x94]), 'not-utf8', 2],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0x01]), 'not-utf8', 1],
    ['an overlong form', new Uint8Array([0xc0, 0xaf]), 'not-utf8', 1],
    ['a NUL byte', bytes('a\nb\n\0'), 'not-text', 3],
    ['too many bytes', new Uint8Array(MAX_POLICY_FILE_BYTES + 1).fill(0x61), 'file-too-large', 1],
  ])('refuses %s', (_name, input, code, line) => {
    const problem = { file: 'a.yaml', line, column: 1, severity: 'error', code };
    expect(decodePolicyText('a.yaml', input)).toMatchObject({ ok: false, error: problem });
  });

  it('reads a file of the greatest size', () => {
    expect(decodePolicyText('a.yaml', new Uint8Array(MAX_POLICY_FILE_BYTES).fill(0x23)).ok).toBe(true);
  });
});

describe('a policy file', () => {
  it('is read from bytes', () => {
    const file = readPolicyFile('a.yaml', bytes('version: 1\nnetworks: {office: ::/0}\n'));
    expect(file).toMatchObject({ path: 'a.yaml', problems: [] });
    expect([...file.declares.networks]).toEqual(['office']);
  });

  it('that is a config is told so once, and declares nothing', () => {
    const text = 'policies: {path: policies}\nreconcile: {mode: enforce}\nguardrails: []\n';
    const { document, problems } = parsePolicyFile({ path: 'config.yaml', text });
    expect(document).toBeNull();
    expect(problems.map(({ code, line }) => [code, line])).toEqual([['config-as-policy', 1]]);
  });

  it('that cannot be read has one problem and no names', () => {
    const problem = {
      file: 'a.yaml',
      line: 1,
      column: 1,
      severity: 'error',
      code: 'policy-unreadable',
      message: 'EACCES',
      hint: '',
    } as const;
    expect(unreadablePolicyFile(problem)).toMatchObject({
      path: 'a.yaml',
      text: '',
      document: null,
      problems: [problem],
    });
    expect(readPolicyFile('a.yaml', new Uint8Array([0xff]))).toMatchObject({
      document: null,
      problems: [{ code: 'not-utf8' }],
    });
  });

  it('that is broken still tells which names it would define', () => {
    const { document, declares } = parsePolicyFile({
      path: 'a.yaml',
      text: 'networks: {a: x, b: [}\nservices: {s: tcp/1}',
    });
    expect(document).toBeNull();
    expect(declares.networks).toContain('a');
  });
});

describe('hostile files', () => {
  const laughs = (depth: number): string =>
    [
      'version: 1',
      'a0: &a0 [x]',
      ...Array.from(
        { length: depth },
        (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]`,
      ),
    ].join('\n');

  it.each([
    ['ten to the ninth laughs', laughs(9), 'too-many-aliases'],
    ['more laughs than numbers can count', laughs(400), 'too-many-aliases'],
    [
      'many aliases of one node',
      `version: 1\na: &a [x, x]\nb: [${'*a,'.repeat(20_000)}]`,
      'too-many-aliases',
    ],
    ['fifty thousand brackets', '['.repeat(50_000), 'too-deep'],
    ['twenty thousand nested keys', '{a: '.repeat(20_000), 'too-deep'],
    ['twenty thousand nested dashes', '- '.repeat(20_000), 'too-deep'],
    ['twenty thousand question marks', '? '.repeat(20_000), 'too-deep'],
    [
      'stairs of a thousand keys',
      Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
      'too-deep',
    ],
    ['ten thousand anchors in a row', `a: ${'&a '.repeat(10_000)}`, 'yaml-syntax'],
    ['ten thousand equal keys', 'a: 1\n'.repeat(10_000), 'duplicate-key'],
  ])('hostile files: %s', (_name, text, code) => {
    const { problems, document } = parsePolicyFile({ path: 'a.yaml', text });
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(document?.groups ?? []).toEqual([]);
  });

  it('do not fill the report with what follows from one mistake', () => {
    const { problems } = parsePolicyFile({ path: 'a.yaml', text: `a: ${'&a '.repeat(1000)}` });
    expect(problems.length).toBeLessThanOrEqual(20);
  });
});
