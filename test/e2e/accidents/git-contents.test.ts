// Accidents with what a commit holds: the folder of the policies is not there, or holds what is no policy. Nothing is
// followed out of the commit, nothing in it is run, and the last good commit goes on to be enforced.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  BAD_POLICY,
  expectLastGood,
  GitAccidentWorld,
  GOOD_POLICY,
  GOOD_PORTS,
  type GitAccident,
} from '../../support/git-accident.ts';
import { policyOf } from '../../support/git-estate.ts';

const NOWHERE = '1'.repeat(40);

const ACCIDENTS: readonly GitAccident[] = [
  {
    title: 'the folder was renamed',
    happens: (world) => {
      world.pushTop(world.tree(`040000 tree ${world.policyTree(BAD_POLICY)}\trules`));
    },
    told: ['policies.rejected', { code: 'policies-unreadable' }, 'policies is not there'],
    restarted: true,
  },
  {
    title: 'the folder is a symbolic link out of the repository',
    happens: (world) => {
      world.pushTop(world.tree(`120000 blob ${world.blob('/etc')}\tpolicies`));
    },
    told: ['policies.rejected', { code: 'policies-unreadable' }, 'policies is a symbolic link'],
  },
  {
    title: 'the folder is a submodule',
    happens: (world) => {
      world.pushTop(world.tree(`160000 commit ${NOWHERE}\tpolicies`));
    },
    told: ['policies.rejected', { code: 'policies-unreadable' }, 'policies is a submodule'],
  },
  {
    title: 'the folder is a file',
    happens: (world) => {
      world.pushTop(world.tree(`100644 blob ${world.blob(BAD_POLICY)}\tpolicies`));
    },
    told: ['policies.rejected', { code: 'policy-replaced' }, 'policies'],
  },
  {
    title: 'the folder was emptied',
    happens: (world) => {
      world.pushPolicies(world.policyTree('no policy', 'README.md'));
    },
    told: ['policies.rejected', { code: 'policies-empty' }, 'there is no policy file'],
    restarted: true,
  },
  {
    title: 'the commit is empty',
    happens: (world) => {
      world.pushTop(world.tree());
    },
    told: ['policies.rejected', { code: 'policies-unreadable' }, 'policies is not there'],
  },
  {
    title: 'a policy is a symbolic link out of the tree',
    happens: (world) => {
      world.pushPolicies(world.tree(`120000 blob ${world.blob('../../../../etc/passwd')}\tweb.yaml`));
    },
    told: ['policies.rejected', { code: 'policy-link' }, 'which is not followed'],
  },
  {
    title: 'a policy is a submodule',
    happens: (world) => {
      world.pushPolicies(world.tree(`160000 commit ${NOWHERE}\tweb.yaml`));
    },
    told: ['policies.rejected', { code: 'policy-submodule' }, 'which is not followed'],
  },
  {
    title: 'there are 100,000 files',
    happens: (world) => {
      const id = world.blob(BAD_POLICY);
      const names = Array.from({ length: 100_000 }, (_, at) => `100644 blob ${id}\t${at}.yaml`);
      world.pushPolicies(world.tree(...names));
    },
    told: ['policies.rejected', { code: 'policies-too-many' }, 'names lie in the policy folder'],
  },
  {
    title: 'a few folders within one another are a hundred million files',
    happens: (world) => {
      let tree = world.policyTree(BAD_POLICY, 'a-name-that-makes-the-listing-long.yaml');
      for (let depth = 0; depth < 8; depth += 1) {
        const entries = Array.from({ length: 10 }, (_, at) => `040000 tree ${tree}\t${at}`);
        tree = world.tree(...entries);
      }
      world.pushPolicies(tree);
    },
    told: ['policies.rejected', { code: 'policies-too-many' }, 'names lie in the policy folder'],
  },
  {
    title: 'a policy has 16 MiB',
    happens: (world) => {
      world.pushPolicies(world.policyTree(BAD_POLICY + '#'.repeat(16 * 1024 * 1024)));
    },
    told: ['policies.rejected', { code: 'file-too-large' }, 'the file has more than 20000 bytes'],
  },
  {
    title: 'there are more policies than are let through',
    happens: (world) => {
      const id = world.blob(BAD_POLICY);
      const names = Array.from({ length: 21 }, (_, at) => `100644 blob ${id}\t${at}.yaml`);
      world.pushPolicies(world.tree(...names));
    },
    told: ['policies.rejected', { code: 'policies-too-many' }, 'policies.limits.files'],
  },
  {
    title: 'the policies are too large together',
    happens: (world) => {
      const id = world.blob(`${BAD_POLICY}#${'#'.repeat(18_000)}`);
      const names = Array.from({ length: 4 }, (_, at) => `100644 blob ${id}\t${at}.yaml`);
      world.pushPolicies(world.tree(...names));
    },
    told: ['policies.rejected', { code: 'policies-too-large' }, 'hold more than 50000 bytes together'],
  },
  {
    title: 'a policy is a pointer to large file storage',
    counts: true,
    happens: (world) => {
      const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
      world.pushPolicies(world.policyTree(pointer));
    },
    told: ['policies.rejected', { keptGroups: 1 }, 'web.yaml'],
  },
  {
    title: 'a policy was committed with conflict markers',
    counts: true,
    happens: (world) => {
      const text = `<<<<<<< HEAD\n${GOOD_POLICY}=======\n${BAD_POLICY}>>>>>>> other\n`;
      world.pushPolicies(world.policyTree(text));
    },
    told: ['policies.rejected', { keptGroups: 1 }, 'web.yaml'],
  },
  {
    title: 'two names that differ in case declare one group',
    counts: true,
    happens: (world) => {
      const [good, bad] = [world.blob(GOOD_POLICY), world.blob(BAD_POLICY)];
      world.pushPolicies(world.tree(`100644 blob ${bad}\tWEB.yaml`, `100644 blob ${good}\tweb.yaml`));
    },
    told: ['policies.rejected', { keptGroups: 1 }, 'WEB.yaml'],
  },
  {
    title: 'a damaged tree has one name twice',
    happens: (world) => {
      const entry = (text: string): Buffer =>
        Buffer.concat([Buffer.from('100644 web.yaml\0'), Buffer.from(world.blob(text), 'hex')]);
      const bytes = Buffer.concat([entry(GOOD_POLICY), entry(BAD_POLICY)]);
      world.pushPolicies(rawTree(world, bytes));
    },
    told: ['policies.rejected', { code: 'policy-twice' }, 'has this name twice'],
  },
  {
    title: 'a broken policy has a name that would rewrite a terminal',
    counts: true,
    happens: (world) => {
      const good = world.blob(GOOD_POLICY);
      const odd = `100644 blob ${world.blob('groups: [')}\ta\n\u001b[2J\u202e.yaml`;
      world.pushPolicies(world.tree(odd, `100644 blob ${good}\tweb.yaml`));
    },
    told: ['policies.rejected', { code: 'yaml-syntax' }, 'not valid YAML'],
  },
];

function rawTree(world: GitAccidentWorld, bytes: Uint8Array): string {
  return world.estate.clone.feed(bytes, 'hash-object', '-t', 'tree', '--literally', '-w', '--stdin');
}

let world: GitAccidentWorld;

beforeAll(async () => {
  const policies = 'limits: {files: 20, bytesPerFile: 20000, bytes: 50000}';
  world = await GitAccidentWorld.open({ policies });
});
afterAll(() => world.close());
afterEach(() => world.mend());

describe('the last good commit stays in force where', () => {
  for (const accident of ACCIDENTS) {
    test(accident.title, async () => {
      const line = await expectLastGood(world, accident);
      expect(line.level).toBe('error');
      expect(line.msg).not.toMatch(/[\u0000-\u001f\u202e]/);
    });
  }
});

describe('a commit is taken, and changes nothing, where', () => {
  /** Waits until the commit is in force; the rules are what they were. */
  async function expectTaken(push: () => string): Promise<void> {
    await world.putInForce(push);
    await world.expectInForce();
  }

  test('attributes and submodules ask for programs to be run: none is', async () => {
    const marker = path.join(world.estate.workspace.folder, 'was-run');
    const attributes =
      '*.yaml filter=evil diff=evil merge=evil ident export-ignore working-tree-encoding=UTF-16\n';
    const modules = `[submodule "s"]\n\tpath = s\n\turl = ext::sh -c 'touch ${marker}'\n\tupdate = !touch ${marker}\n`;
    const drivers = ['filter.evil.smudge', 'filter.evil.clean', 'filter.evil.process', 'diff.evil.textconv'];
    for (const key of drivers) world.git('--git-dir', world.estate.remote, 'config', key, `touch ${marker}`);
    await expectTaken(() =>
      world.pushTop(
        world.tree(
          `100644 blob ${world.blob(attributes)}\t.gitattributes`,
          `100644 blob ${world.blob(modules)}\t.gitmodules`,
          `040000 tree ${world.policyTree(GOOD_POLICY)}\tpolicies`,
          `160000 commit ${NOWHERE}\ts`,
        ),
      ),
    );
    expect(existsSync(marker)).toBe(false);
  });

  test('a damaged tree has names that lead out of the folder', async () => {
    const entry = (name: string, text: string): Buffer =>
      Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(world.blob(text), 'hex')]);
    const names = [entry('../../rampart-evil.yaml', BAD_POLICY), entry('web.yaml', GOOD_POLICY)];
    await expectTaken(() => world.pushPolicies(rawTree(world, Buffer.concat(names))));
  });

  test('a merge swapped the files of two groups', async () => {
    const other = policyOf([9000]).replace('sg-bp1web', 'sg-bp1other');
    const both = (web: string, rest: string): string =>
      world.tree(`100644 blob ${world.blob(web)}\ta.yaml`, `100644 blob ${world.blob(rest)}\tb.yaml`);
    await world.putInForce(() => world.pushPolicies(both(GOOD_POLICY, other)));
    const from = world.daemon.lines.length;
    await expectTaken(() => world.pushPolicies(both(other, GOOD_POLICY)));
    const loaded = await world.daemon.event('policies.loaded', {}, from);
    expect(loaded).toMatchObject({ groups: 2 });
    expect(loaded.released ?? []).toEqual([]);
  });

  test('who wrote it would rewrite the log, at a time that no calendar has', async () => {
    const from = world.daemon.lines.length;
    await expectTaken(() => {
      const tree = world.tree(`040000 tree ${world.policyTree(GOOD_POLICY)}\tpolicies`);
      const who = 'Eve\u001b[2J\u202e <eve@example.com> 99999999999999 +0000';
      const text = `tree ${tree}\nparent ${world.inForce}\nauthor ${who}\ncommitter ${who}\n\n\u001b]0;owned\u0007\n`;
      const commit = world.estate.clone.feed(
        text,
        'hash-object',
        '-t',
        'commit',
        '--literally',
        '-w',
        '--stdin',
      );
      world.git('push', '--quiet', 'origin', `${commit}:refs/heads/main`);
      return commit;
    });
    const loaded = await world.daemon.event('policies.loaded', {}, from);
    expect(loaded.author).toBe('Eve\u{FFFD}[2J\u{FFFD} <eve@example.com>');
    await world.restart();
    await world.expectInForce();
    const planned = await world.estate.workspace.run(['plan', '--json']);
    expect(planned).toMatchObject({ code: 0 });
    expect(await world.estate.ports()).toEqual(GOOD_PORTS);
  });
});
