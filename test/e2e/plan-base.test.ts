// `rampart plan --base` in this process, in real repositories: what a commit changes against another one, known from the
// policies alone. The oracle is the plan for an emulated group that holds exactly the rules of the base.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type StateJson, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION } from '../support/estate.ts';
import { GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace } from '../support/rampart.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Of a pull request's pipeline: the keys are not there, and nothing answers at the endpoint. */
const WITHOUT_CLOUD = `accounts:
  default:
    credentials: {type: accessKey, accessKeyIdEnv: NO_SUCH_ID, accessKeySecretEnv: NO_SUCH_SECRET}
    endpoint: "http://127.0.0.1:1"
reconcile: {mode: enforce}
`;

const HTTPS = 'protocol: tcp, ports: 443, from: 203.0.113.0/24';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.7';

let workspace: Workspace;
let git: GitRepository;

beforeEach(() => {
  workspace = new Workspace();
  workspace.write('config.yaml', WITHOUT_CLOUD);
  workspace.write('.gitignore', '.rampart\n');
});

afterEach(() => workspace.dispose());

interface ComparedGroup {
  readonly id: string;
  readonly change: string;
  readonly status: string;
  readonly settings: readonly string[];
  readonly diff: Readonly<Record<'missing' | 'surplus' | 'altered', ReadonlyArray<Record<string, unknown>>>>;
  readonly exposure: unknown;
  readonly findings: ReadonlyArray<{ readonly id: string }>;
  readonly blockedBy: ReadonlyArray<{ readonly kind: string }>;
  readonly opening: readonly unknown[];
  readonly source: { readonly file: string };
}

interface Comparison {
  readonly summary: Readonly<Record<string, number>>;
  readonly held: { readonly losing: readonly string[]; readonly released: readonly string[] } | null;
  readonly weakened: ReadonlyArray<{ readonly message: string }>;
  readonly expected: ReadonlyArray<{ readonly name: string }>;
  readonly groups: readonly ComparedGroup[];
}

/** Commits what is there as the base. */
function commitBase(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) workspace.write(file, text);
  git = new GitRepository(workspace.folder);
  git.commit();
}

async function compared(...args: string[]): Promise<{ code: number | null; found: Comparison }> {
  const { code, stdout, stderr } = await workspace.runHere(['plan', '--base', 'HEAD', '--json', ...args]);
  expect(stderr).toBe('');
  return { code, found: JSON.parse(stdout) as Comparison };
}

onlyWith('git', describe)('plan --base', () => {
  describe('finds what the plan finds for a group that holds the rules of the base', () => {
    const edits: ReadonlyArray<readonly [what: string, file: string, edit: (text: string) => string]> = [
      [
        'a rule is added',
        'database.yaml',
        (text) => text.replace('- { name: ssh', `- { ${HTTPS} }\n      - { name: ssh`),
      ],
      ['a rule is removed', 'database.yaml', (text) => text.replace(/ {6}- \{ name: ssh.*\n/, '')],
      [
        'a rule opens to the internet',
        'database.yaml',
        (text) => text.replace('from: sg-bp1bastion', 'from: anywhere'),
      ],
      ['a text changes', 'database.yaml', (text) => text.replace('SSH through', 'SSH by way of')],
      [
        'a text is gone',
        'database.yaml',
        (text) => text.replace(', description: SSH through the bastion', ''),
      ],
      [
        'a network changes everywhere',
        'shared.yaml',
        (text) => text.replace('203.0.113.0/24', '203.0.112.0/23'),
      ],
      ['a direction is not managed any more', 'web.yaml', (text) => text.replace(/ {4}egress:[^]*/, '')],
      [
        'nothing is removed any more',
        'database.yaml',
        (text) => text.replace('# mode: observe ', 'mode: additive # ').replace(/ {6}- \{ name: ssh.*\n/, ''),
      ],
      [
        'nothing is written any more',
        'database.yaml',
        (text) => text.replace('# mode: observe ', 'mode: observe # ').replace(/ {6}- \{ name: ssh.*\n/, ''),
      ],
    ];

    let estate: Workspace;
    let emulator: TestEmulator;

    beforeAll(async () => {
      const state = JSON.parse(
        readFileSync(path.join(ROOT, 'emulator/example-state.json'), 'utf8'),
      ) as StateJson;
      emulator = await startTestEmulator({ state });
      estate = new Workspace();
      estate.write('config.yaml', WITHOUT_CLOUD);
      estate.write('emulated.yaml', configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n'));
      cpSync(path.join(ROOT, 'policies'), path.join(estate.folder, 'policies'), { recursive: true });
      new GitRepository(estate.folder).commit();
      const applied = await estate.runHere(['apply', '--yes', '--config', 'emulated.yaml']);
      expect(applied).toMatchObject({ code: 0 });
    });

    afterAll(async () => {
      await estate.dispose();
      await emulator.close();
    });

    test.each(edits)('finds what the plan finds where %s', async (_what, file, edit) => {
      const before = readFileSync(path.join(estate.folder, 'policies', file), 'utf8');
      expect(edit(before)).not.toBe(before);
      estate.write(`policies/${file}`, edit(before));
      const live = await estate.runHere(['plan', '--json', '--config', 'emulated.yaml']);
      const compared = await estate.runHere(['plan', '--json', '--base', 'HEAD']);
      estate.write(`policies/${file}`, before);
      const [planned, found] = [live, compared].map(
        ({ stdout }) => (JSON.parse(stdout) as Comparison).groups,
      );
      expect(found?.map(comparable)).toEqual(planned?.map(comparable));
    });
  });

  /** Ids of rules, and what lists hold, are known to the cloud alone: what the web tier exposes hangs on lists. */
  const comparable = ({ id, diff, exposure }: ComparedGroup) => ({
    id,
    exposure: id === 'sg-bp1web' ? null : exposure,
    diff: JSON.parse(
      JSON.stringify({ ...diff, same: 0, unmanaged: 0 }, (key, value: unknown) =>
        key === 'id' ? undefined : value,
      ),
    ) as unknown,
  });

  test('of the example in a fresh clone: no credentials, no journal, nothing written', async () => {
    const origin = path.join(workspace.folder, 'origin');
    mkdirSync(origin);
    for (const name of ['policies', 'config.example.yaml', 'emulator/example-state.json']) {
      cpSync(path.join(ROOT, name), path.join(origin, name), { recursive: true });
    }
    const repository = new GitRepository(origin);
    repository.commit();
    const database = path.join(origin, 'policies/database.yaml');
    workspace.write(
      'origin/policies/database.yaml',
      readFileSync(database, 'utf8').replace('sg-bp1bastion', 'anywhere'),
    );
    repository.commit();
    repository.run('clone', '--quiet', '--no-local', origin, '../clone');

    const clone = new Workspace();
    cpSync(path.join(workspace.folder, 'clone'), clone.folder, { recursive: true });
    const args = ['plan', '--config', 'config.example.yaml', '--base', 'HEAD~1'];
    const { code, stdout, stderr } = await clone.runHere(args);
    const status = repository.run('-C', clone.folder, 'status', '--porcelain', '--ignored');
    await clone.dispose();
    expect(stderr).toBe('');
    expect(code).toBe(3);
    expect(stdout).toContain('sg-bp1db  cn-hangzhou  +2 ~0 -1  ! opens to the internet: tcp 22 ');
    expect(stdout).toContain(
      '  ! opens   at most tcp 22 (ssh) from anywhere (2 prefixes)  policies/database.yaml:12 ssh',
    );
    expect(stdout).toContain(
      '  - removes tcp 22 from sg-bp1bastion                        rule of the base "SSH through the bastion"',
    );
    expect(stdout).toContain('guardrail: guardrail cis-alibaba-4.3');
    expect(stdout).not.toContain('sgr-');
    expect(status).toBe('');
  });

  test.each<[string, () => void]>([
    ['nothing changed', () => undefined],
    [
      'a comment and the order changed',
      () => workspace.write('policies/web.yaml', `# web\n${policyFor('sg-web', [SSH, HTTPS])}`),
    ],
    [
      'the file has another name',
      () =>
        renameSync(
          path.join(workspace.folder, 'policies/web.yaml'),
          path.join(workspace.folder, 'policies/www.yaml'),
        ),
    ],
    [
      'a rule has a handle',
      () => workspace.write('policies/web.yaml', policyFor('sg-web', [`name: https, ${HTTPS}`, SSH])),
    ],
  ])('ends with 0 where %s', async (_what, change) => {
    commitBase({ 'policies/web.yaml': policyFor('sg-web', [HTTPS, SSH]) });
    change();
    const { code, found } = await compared();
    expect(found.summary).toMatchObject({ differing: 0, add: 0, remove: 0 });
    expect(found.groups).toMatchObject([{ id: 'sg-web', change: 'same', status: 'converged' }]);
    expect(code).toBe(0);
  });

  test('ends with 2 where a group is added or released, and says what of it is known', async () => {
    commitBase({
      'policies/old.yaml': policyFor('sg-old', [HTTPS, SSH]),
      'policies/web.yaml': policyFor('sg-web', [SSH]),
    });
    rmSync(path.join(workspace.folder, 'policies/old.yaml'));
    workspace.write('policies/new.yaml', policyFor('sg-new', [HTTPS]));
    const { code, found } = await compared();
    expect(code).toBe(2);
    expect(found.summary).toMatchObject({ differing: 2, added: 1, released: 1, add: 1, remove: 0 });
    expect(found.groups).toMatchObject([
      { id: 'sg-new', change: 'added', diff: { missing: [{ ports: '443/443' }], surplus: [] } },
      {
        id: 'sg-old',
        change: 'released',
        status: 'released',
        diff: { missing: [], surplus: [], unmanaged: 2 },
      },
      { id: 'sg-web', change: 'same' },
    ]);
    const { stdout } = await workspace.runHere(['plan', '--base', 'HEAD']);
    expect(stdout).toContain('added, pending; what the group holds now is not known here');
    expect(stdout).toContain(
      'sg-old  cn-hangzhou  released: what is there stays (2 rules), and is no longer managed',
    );
  });

  test('a group that is declared for another region or account is released there and added here', async () => {
    commitBase({ 'policies/web.yaml': policyFor('sg-web', [SSH]) });
    workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]).replace(REGION, 'cn-beijing'));
    expect((await compared()).found.groups).toMatchObject([
      { region: 'cn-beijing', change: 'added' },
      { region: REGION, change: 'released' },
    ]);
    workspace.write('config.yaml', WITHOUT_CLOUD.replace('  default:', '  other:'));
    workspace.write(
      'policies/web.yaml',
      policyFor('sg-web', [SSH]).replace('region:', 'account: other\n    region:'),
    );
    expect((await compared()).found.groups).toMatchObject([
      { account: 'default', change: 'released' },
      { account: 'other', change: 'added' },
    ]);
  });

  test('selectors are shown as such', async () => {
    const named = policyFor('sg-web', [SSH]).replace('id: sg-web', 'name: web-*|`x`');
    const tagged = policyFor('sg-web', [HTTPS]).replace('id: sg-web', 'tags: {tier: web, env: prod}');
    commitBase({ 'policies/a.yaml': named, 'policies/b.yaml': tagged });
    workspace.write('policies/a.yaml', named.replace('22', '2222'));
    workspace.write('policies/b.yaml', tagged.replace('443', '8443'));
    const { found } = await compared();
    expect(found.groups).toMatchObject([
      { id: 'name "web-*|`x`"', selector: { kind: 'name', name: 'web-*|`x`' }, change: 'changed' },
      { id: 'tags env=prod,tier=web', selector: { kind: 'tags' }, change: 'changed' },
    ]);
    const { stdout } = await workspace.runHere(['plan', '--base', 'HEAD', '--format', 'markdown']);
    expect(stdout).toContain('| ``default/cn-hangzhou/name "web-*\\u{7c}`x`"`` | changed |');
  });

  test('what changes beside rules is a difference, and where it weakens protection it is said', async () => {
    const expectation =
      'expect:\n  - {name: closed, group: sg-web, drop: {direction: ingress, protocol: tcp, ports: 3306, from: internet}}\n';
    commitBase({ 'policies/web.yaml': policyFor('sg-web', [SSH], '    egress: []\n') + expectation });
    const weaker = policyFor('sg-web', [`${SSH}, expires: 2999-01-01T00:00:00Z`]).replace(
      'region:',
      'mode: observe\n    region:',
    );
    workspace.write('policies/web.yaml', weaker);
    const { code, found } = await compared();
    expect(code).toBe(2);
    expect(found.weakened.map(({ message }) => message)).toEqual([
      'the expectation "closed" is deleted',
      'sg-web turns from mode enforce to observe: nothing is written any more',
      'egress of sg-web is no longer managed: its rules stay as they are',
    ]);
    expect(found.groups[0]).toMatchObject({ change: 'changed', status: 'observed' });
    expect(found.groups[0]?.settings).toEqual([
      'mode enforce -> observe',
      'egress is no longer managed: what is there stays (0 rules)',
      'expires never -> 2999-01-01T00:00:00.000Z: ingress accept tcp 22/22 from 203.0.113.7/32 priority 1',
    ]);
  });

  test('a new expectation is a difference, and one that fails is told of a group whose rules stay', async () => {
    commitBase({ 'policies/web.yaml': policyFor('sg-web', [SSH]) });
    const expectation =
      'expect:\n  - {name: closed, group: sg-web, drop: {direction: ingress, protocol: tcp, ports: 22, from: 203.0.113.0/24}}\n';
    workspace.write('policies/expect.yaml', `version: 1\n${expectation}`);
    const { code, found } = await compared();
    expect(code).toBe(2);
    expect(found.expected).toMatchObject([{ name: 'closed', file: 'policies/expect.yaml', line: 3 }]);
    expect(found.groups).toMatchObject([{ change: 'same', findings: [{ id: 'expectation-fails' }] }]);
    const page = await workspace.runHere([
      'plan',
      '--base',
      'HEAD',
      '--format',
      'markdown',
      '--marker',
      'pr',
    ]);
    expect(page.stdout).toContain('error expectation-fails');
  });

  test('ends with 3 where more groups lose traffic or are released than the brake allows', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `sg-${at}`);
    commitBase(Object.fromEntries(ids.map((id) => [`policies/${id}.yaml`, policyFor(id, [HTTPS, SSH])])));
    for (const id of ids.slice(0, 6)) rmSync(path.join(workspace.folder, `policies/${id}.yaml`));
    for (const id of ids.slice(6, 10)) workspace.write(`policies/${id}.yaml`, policyFor(id, [SSH]));
    expect(await compared()).toMatchObject({ code: 2, found: { held: null } });
    workspace.write('policies/sg-10.yaml', policyFor('sg-10', [SSH]));
    const { code, found } = await compared();
    expect(code).toBe(3);
    expect(found.held).toMatchObject({ reason: 'brake', limit: 10, released: ids.slice(0, 6).sort() });
    expect(found.held?.losing).toHaveLength(5);
    workspace.write('config.yaml', WITHOUT_CLOUD.replace('mode: enforce', 'mode: enforce, brake: off'));
    expect(await compared()).toMatchObject({ code: 2, found: { held: null } });
  });

  test('ends with 3 where a guardrail or an expectation would be broken that the base keeps, and not where it was before', async () => {
    const expectation =
      'expect:\n  - {name: staff, group: sg-web, accept: {direction: ingress, protocol: tcp, ports: 22, from: 203.0.113.7}}\n';
    const guarded = `${WITHOUT_CLOUD}guardrails: [{use: cis-alibaba-4.4}]\n`;
    commitBase({
      'config.yaml': guarded,
      'policies/web.yaml': policyFor('sg-web', [SSH, HTTPS]) + expectation,
    });
    workspace.write(
      'policies/web.yaml',
      policyFor('sg-web', [SSH, 'protocol: tcp, ports: 3000-4000, from: anywhere']) + expectation,
    );
    const broken = await compared();
    expect(broken).toMatchObject({
      code: 3,
      found: { groups: [{ status: 'blocked', blockedBy: [{ kind: 'guardrail' }] }] },
    });
    expect(broken.found.groups[0]?.opening).not.toEqual([]);
    git.commit();
    workspace.write(
      'policies/web.yaml',
      policyFor('sg-web', [SSH, HTTPS, 'protocol: tcp, ports: 3000-4000, from: anywhere']) + expectation,
    );
    expect(await compared()).toMatchObject({ code: 2 });
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]) + expectation);
    expect(await compared()).toMatchObject({
      code: 3,
      found: { groups: [{ blockedBy: [{ kind: 'expectation' }] }] },
    });
  });

  test('a commit without the folder has no policies: all is new, and it is said what is not judged', async () => {
    commitBase({});
    workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
    const { code, stdout } = await workspace.runHere(['plan', '--base', 'HEAD']);
    expect(code).toBe(2);
    expect(stdout).toContain(
      'the base has no policies in policies: all is new, and the revision brake is not judged',
    );
  });

  test('--group shows one group alone, and one that no side names is an error', async () => {
    commitBase({ 'policies/a.yaml': policyFor('sg-a', [SSH]), 'policies/b.yaml': policyFor('sg-b', [SSH]) });
    workspace.write('policies/a.yaml', policyFor('sg-a', [HTTPS]));
    expect(await compared('--group', 'sg-b')).toMatchObject({ code: 0, found: { groups: [{ id: 'sg-b' }] } });
    expect((await compared('--group', 'sg-a')).code).toBe(2);
    expect(await workspace.runHere(['plan', '--base', 'HEAD', '--group', 'sg-c'])).toMatchObject({ code: 1 });
  });

  describe('ends with 1, and says how to go on,', () => {
    test.each<[string, string, () => void, RegExp]>([
      [
        'where the commit is not known',
        'no-such',
        () => undefined,
        /this clone has no commit no-such; fetch it \(`git fetch`\)/,
      ],
      ['where what is named looks like an option', '--all', () => undefined, /has no commit --all/],
      [
        'where the policies of the base have problems',
        'HEAD~1',
        () => {
          workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
          git.commit();
        },
        /the policies of HEAD~1 have 1 problem.*name an earlier commit.*\npolicies\/web\.yaml:6:/,
      ],
      ['where the policies have problems now', 'HEAD', () => undefined, /the policies have 1 problem/],
      [
        'outside of a repository',
        'HEAD',
        () => {
          workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
          rmSync(path.join(workspace.folder, '.git'), { recursive: true });
        },
        /git tells of no repository that holds policies/,
      ],
    ])('ends with 1, and says how to go on, %s', async (what, base, change, message) => {
      const rules = what.includes('problems') ? ['protocol: tcp, from: 0.0.0.0/0'] : [SSH];
      commitBase({ 'policies/web.yaml': policyFor('sg-web', rules) });
      change();
      const { code, stdout, stderr } = await workspace.runHere(['plan', `--base=${base}`]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
    });

    test('ends with 1, and says how to go on, in a shallow clone', async () => {
      commitBase({ 'policies/web.yaml': policyFor('sg-web', [SSH]) });
      git.commit();
      git.run('clone', '--quiet', '--depth=1', `file://${workspace.folder}`, 'shallow');
      const shallow = new Workspace();
      cpSync(path.join(workspace.folder, 'shallow'), shallow.folder, { recursive: true });
      const { code, stderr } = await shallow.runHere(['plan', '--base', 'HEAD~1']);
      await shallow.dispose();
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('`git fetch --unshallow`') as string,
      });
    });
  });

  test('a config that reads a remote repository is compared in the work tree that holds it, and the remote is not asked', async () => {
    const remote = `policies: {source: git, git: {url: "https://127.0.0.1:1/policies.git", path: rules/prod}}\n${WITHOUT_CLOUD}`;
    commitBase({ 'deploy/config.yaml': remote, 'rules/prod/web.yaml': policyFor('sg-web', [SSH]) });
    workspace.write('rules/prod/web.yaml', policyFor('sg-web', [HTTPS]));
    const { code, found } = await compared('--config', 'deploy/config.yaml');
    expect(code).toBe(2);
    expect(found.groups).toMatchObject([
      { id: 'sg-web', change: 'changed', source: { file: 'rules/prod/web.yaml' } },
    ]);
  });

  test('says that the config is another one than that of the base, whose guardrails are not judged then', async () => {
    const guarded = `${WITHOUT_CLOUD}guardrails: [{use: cis-alibaba-4.3}]\n`;
    commitBase({ 'config.yaml': guarded, 'policies/web.yaml': policyFor('sg-web', [HTTPS]) });
    const note =
      'config.yaml differs from that of the base; guardrails and settings are those that it has now';
    expect((await workspace.runHere(['plan', '--base', 'HEAD'])).stdout).not.toContain(note);
    workspace.write('config.yaml', WITHOUT_CLOUD);
    workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 22, from: anywhere']));
    const { code, stdout } = await workspace.runHere(['plan', '--base', 'HEAD']);
    expect({ code, stdout }).toMatchObject({ code: 2, stdout: expect.stringContaining(note) as string });
  });

  test('of a single policy file, and of a folder that a link leads to', async () => {
    commitBase({
      'rules/web.yaml': policyFor('sg-web', [SSH]),
      'rules/other.yaml': policyFor('sg-other', [SSH]),
    });
    workspace.write('config.yaml', `policies: {path: rules/web.yaml}\n${WITHOUT_CLOUD}`);
    workspace.write('rules/web.yaml', policyFor('sg-web', [HTTPS]));
    expect((await compared()).found.groups).toMatchObject([{ id: 'sg-web', change: 'changed' }]);
    symlinkSync('rules', path.join(workspace.folder, 'policies'));
    workspace.write('config.yaml', WITHOUT_CLOUD);
    expect((await compared()).found.groups).toMatchObject([
      { id: 'sg-other', change: 'same' },
      { id: 'sg-web', change: 'changed' },
    ]);
  });

  test('reads the base from the commit, not from what lies in the work tree beside it', async () => {
    commitBase({ 'policies/web.yaml': policyFor('sg-web', [SSH]) });
    rmSync(path.join(workspace.folder, 'policies/web.yaml'));
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
    git.run('add', '--all');
    expect((await compared()).found.groups).toMatchObject([
      { diff: { altered: [{ from: { ports: '22/22' }, to: { ports: '443/443' } }] } },
    ]);
  });
});

test('--marker is for markdown alone, and cannot end the comment in which it stands', async () => {
  const json = await workspace.runHere(['plan', '--json', '--marker', 'pr']);
  expect(json).toMatchObject({ code: 1, stderr: 'rampart: --marker is for --format markdown\n' });
  const hostile = await workspace.runHere(['plan', '--format', 'markdown', '--marker', '--> <b>']);
  expect(hostile).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('--marker takes') as string,
  });
});
