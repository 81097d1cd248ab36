// What README and docs show of commands is what these print, and their commands work: the script that writes the pages'
// transcripts runs again. What it does not run stands here, with who does or what it would need.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blocksOf, isSameTranscript, PAGES } from '../../scripts/transcripts/page-blocks.ts';
import { commandsIn } from '../../scripts/transcripts/shell.ts';
import { takeTranscripts } from '../../scripts/transcripts/transcripts.ts';
import { onlyWith } from '../support/optional-tool.ts';

/** Commands that are not run for a transcript, by page and how they begin. */
const ELSEWHERE: Readonly<Record<string, ReadonlyArray<readonly [begins: RegExp, reason: string]>>> = {
  'README.md': [[/^npm ci && npm (?:start|test)$/, 'npm-start.test.ts runs the first, the gate the second']],
  'docs/emulator-clients.md': [
    [
      /^(?:keytool|java|aliyun|ecctl|echo|export) /,
      'needs clients that are no packages of npm; `npm run clients` tries those of Python',
    ],
    [
      /^rampart emulator --tls --listen 127.0.0.1:443$/,
      'needs a port of the superuser; emulator-tls.test.ts takes another',
    ],
  ],
  'docs/getting-started.md': [[/^rampart rollback /, 'needs a git source; rollback.test.ts has one']],
  'docs/guardrails.md': [[/^rampart test \[PATH/, 'the flags, not a command']],
  'docs/hooks.md': [
    [/^curl .*rampart.example.com/, 'needs a public host; hooks-git.test.ts sends it to this machine'],
  ],
  'docs/operations.md': [
    [/^(?:git clone|npm ci|npm prune)/, 'needs a release; package.test.ts installs what a release holds'],
    [/^docker /, 'needs a container engine; container.test.ts follows the Containerfile without one'],
    [/^rampart approve HASH/, 'held-plan.test.ts approves a plan'],
  ],
  'docs/queries.md': [
    [/^jq /, 'queries.test.ts'],
    [/^aliyun sls /, 'needs Log Service; sls.test.ts holds what is sent against the schema of the log'],
  ],
  'docs/releasing.md': [[/^npm run release -- /, 'tags and packs; release.test.ts']],
  'docs/scale-out.md': [[/^kubectl /, 'needs a cluster; kustomize.test.ts builds the same overlay']],
  'docs/simulation.md': [
    [/^npm run test:simulation/, 'takes minutes; test/simulation runs a few seeds of each'],
  ],
  'docs/verification.md': [
    [/^(?:git |ssh-keygen |cat )/, 'needs keys of people; verified-source.test.ts has its own'],
  ],
};

/** Blocks of text that are of no run, by page and how they begin. */
const NO_TRANSCRIPTS: ReadonlyArray<readonly [page: string, begins: RegExp, reason: string]> = [
  ['docs/architecture.md', /^policies/, 'a picture'],
  ['docs/gitops.md', /^ pull request/, 'a picture'],
  ['docs/operations.md', /^{ "version"/, 'a form, not an example'],
  ['docs/tour.md', /^/, '`npm run tour` writes the page, and tour.test.ts compares it'],
];

const isNoTranscript = (page: string, text: string): boolean =>
  NO_TRANSCRIPTS.some(([where, begins]) => where === page && begins.test(text));

const pages = PAGES.map((page) => ({ page, blocks: blocksOf(readFileSync(page, 'utf8')) }));

onlyWith('curl', test)(
  'the transcripts of the pages are what their commands print (`npm run transcripts`)',
  async () => {
    const { texts, ran } = await takeTranscripts();
    for (const { page, blocks } of pages) {
      for (const { transcript, text } of blocks.filter((block) => block.transcript !== null)) {
        const made = texts.get(transcript ?? '') ?? '';
        // Said as a difference of the texts themselves, where there is one.
        expect(isSameTranscript(text, made) ? made : text, `${page}: ${transcript ?? ''}`).toBe(made);
      }
    }
    const told = pages.flatMap(({ page, blocks }) =>
      blocks
        .filter(({ transcript }) => transcript === null)
        .flatMap(commandsIn)
        .filter((line) => !ran.has(line) && ELSEWHERE[page]?.some(([begins]) => begins.test(line)) !== true)
        .map((line) => `${page}: ${line}`),
    );
    expect(told).toEqual([]);
  },
);

test('no block of output in the pages is written by hand', () => {
  const byHand = pages.flatMap(({ page, blocks }) =>
    blocks
      .filter(({ language, transcript }) => language === 'text' && transcript === null)
      .filter(({ text }) => !isNoTranscript(page, text))
      .map(({ text }) => `${page}: ${text.slice(0, 60)}`),
  );
  expect(byHand).toEqual([]);
});
