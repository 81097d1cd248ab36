// The rules about what a file may do and how long it may be, without those that need types: a test plants a
// violation of each. Who may import whom is checked by scripts/check-house.ts.

const PURE = 'reconciler/ is pure: values in, values out.';

/** Ways out of purity, by the shape of the code. */
const impureSyntax = [
  { selector: 'ImportExpression', message: `${PURE} No dynamic import.` },
  { selector: 'MetaProperty', message: `${PURE} No import.meta.` },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: `${PURE} Time comes in as a value.`,
  },
  {
    selector: ":not(NewExpression, MemberExpression) > Identifier[name='Date']",
    message: `${PURE} Only new Date(value), Date.parse and Date.UTC.`,
  },
  {
    selector: ":not(MemberExpression) > Identifier[name='Math']",
    message: `${PURE} Only Math.member, so that Math.random can be seen.`,
  },
];

const impureGlobals = [
  'process',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'performance',
  'fetch',
  'crypto',
  'require',
  'globalThis',
  'global',
  'eval',
  'Function',
];

const noImports = (regex, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex, message: `${PURE} ${message}` }] }],
});

export default [
  {
    files: ['**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
  {
    files: ['reconciler/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: `${PURE} Time comes in as a value.` },
        { object: 'Math', property: 'random', message: `${PURE} No randomness.` },
      ],
      'no-restricted-syntax': ['error', ...impureSyntax],
      'no-restricted-globals': ['error', ...impureGlobals],
      ...noImports('^[^.]', 'No packages and nothing of Node here.'),
    },
  },
  {
    files: ['reconciler/policy/**/*.ts'],
    rules: noImports('^(?!(yaml|zod)$)[^.]', 'Policies are read with yaml and zod, and nothing else.'),
  },
  {
    files: ['reconciler/judge/cel/**/*.ts'],
    rules: noImports('^(?!@bufbuild/cel$)[^.]', 'CEL is evaluated with @bufbuild/cel, and nothing else.'),
  },
  {
    files: ['reconciler/plan/hash.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:crypto', allowImportNames: ['createHash'], message: `${PURE} Only createHash.` },
          ],
          patterns: [{ regex: '^(?!node:crypto$)[^.]', message: PURE }],
        },
      ],
    },
  },
];
