// One lint gate: typed rules, size limits, and the import directions and purity of docs/architecture.md.
import tseslint from 'typescript-eslint';

/** Folders a file may not import from, by path pattern of the import text. */
const forbidImports = (files, forbidden, reason) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map((regex) => ({ regex, message: reason })) }],
  },
});

const NODE_IO =
  '^(node:)?(fs|net|http|https|http2|timers|process|child_process|dns|os|worker_threads|tls|dgram)(/.*)?$';

const forbidInPureCode = [
  { object: 'Date', property: 'now', message: 'reconciler/ is pure: time comes in as a value.' },
  { object: 'Math', property: 'random', message: 'reconciler/ is pure: no randomness.' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/array-type': ['error', { default: 'array-simple' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      complexity: ['error', 14],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['reconciler/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...forbidInPureCode],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'reconciler/ is pure: time comes in as a value.',
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'console',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'queueMicrotask',
        'performance',
        'fetch',
        'crypto',
      ],
    },
  },
  forbidImports(
    ['reconciler/model/**'],
    ['^\\.\\./(?!model/)', '/daemon/', '/emulator/', '^[^.]'],
    'model imports nothing.',
  ),
  forbidImports(
    ['reconciler/policy/**'],
    ['/exposure/', '/plan/', '/daemon/', '/emulator/', NODE_IO],
    'policy imports only model.',
  ),
  forbidImports(
    ['reconciler/exposure/**'],
    ['/policy/', '/plan/', '/daemon/', '/emulator/', NODE_IO],
    'exposure imports only model.',
  ),
  forbidImports(
    ['reconciler/plan/**'],
    ['/policy/', '/daemon/', '/emulator/', NODE_IO],
    'plan imports only model and exposure.',
  ),
  forbidImports(['daemon/**'], ['/emulator/'], 'only daemon/commands starts the emulator.'),
  { files: ['daemon/commands/**'], rules: { 'no-restricted-imports': 'off' } },
  forbidImports(
    ['emulator/**'],
    ['/reconciler/', '/daemon/'],
    'the emulator is the second opinion: it shares no code.',
  ),
);
