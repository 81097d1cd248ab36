import { describe, expect, it } from 'vitest';
import { DesiredKeeper, type DesiredUpdate } from '../../../../daemon/source/desired.ts';
import { contentHash } from '../../../../daemon/source/git/revision.ts';
import type { LoadedPolicies } from '../../../../daemon/source/source.ts';
import { noKinds, OUTSIDE_GIT, unreadable } from '../../../../daemon/source/source.ts';

type Files = Readonly<Record<string, string>>;

/** A load of the folder `policies` as the source would answer it. */
function loaded(files: Files, revision: string, unread: readonly string[] = []): LoadedPolicies {
  const list = Object.entries(files).map(([path, text]) => ({
    path,
    file: `policies/${path}`,
    bytes: Buffer.from(text),
    stamp: `${revision} ${path}`,
    inGit: null,
  }));
  return {
    files: list,
    unreadable: unread.map((path) => {
      const file = path === '' ? 'policies' : `policies/${path}`;
      return unreadable(path, { file, code: 'policy-unreadable', message: 'permission denied' });
    }),
    content: contentHash(list),
    revision,
    ...OUTSIDE_GIT,
    kinds: noKinds('policies'),
  };
}

const policy = (id: string, ports = 443, peer = '203.0.113.0/24') => `version: 1
groups:
  - id: ${id}
    region: cn-hangzhou
    ingress:
      - {protocol: tcp, ports: ${ports}, from: ${peer}}
`;

const BROKEN = 'version: 1\ngroups:\n  - id: [\n';

/** `sg-a:443` for each group in force. */
const inForce = ({ state }: DesiredUpdate) =>
  state.groups.map(({ selector, rules }) => {
    const ports = rules.ingress?.map(({ rule }) => (rule.ports.kind === 'range' ? rule.ports.first : '?'));
    return `${selector.kind === 'id' ? selector.id : '?'}:${ports?.join(',')}`;
  });

const ids = (groups: DesiredUpdate['keptGroups']) =>
  groups.map(({ selector }) => (selector.kind === 'id' ? selector.id : '?'));

const keeper = () => new DesiredKeeper({ accounts: ['default'] });

describe('a load in order', () => {
  it('is in force as it is', async () => {
    const update = await keeper().take(
      loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b', 22) }, 'r1'),
    );
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:22']);
    expect(update).toMatchObject({ changed: true, problems: [], keptGroups: [], releasedGroups: [] });
    expect(update.state.revision).toBe('r1');
  });

  it('follows an edit', async () => {
    const keep = keeper();
    await keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r1'));
    const update = await keep.take(loaded({ 'a.yaml': policy('sg-a', 8443) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:8443']);
    expect(update.changed).toBe(true);
  });

  it.each([
    ['the same content and revision change nothing', 'r1', false],
    ['the same content of another commit changes the revision', 'r2', true],
  ])('a load in order: %s', async (_, revision, changed) => {
    const keep = keeper();
    await keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r1'));
    const update = await keep.take(loaded({ 'a.yaml': policy('sg-a') }, revision));
    expect(update).toMatchObject({ changed, state: { revision } });
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('releases of the groups of a file that was removed, and says so once', async () => {
    const keep = keeper();
    await keep.take(loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r1'));
    const update = await keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r2'));
    expect(inForce(update)).toEqual(['sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-a']);
    expect((await keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r3'))).releasedGroups).toEqual([]);
  });

  it('does not release a group that moved to another file', async () => {
    const keep = keeper();
    await keep.take(loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r1'));
    const update = await keep.take(loaded({ 'c.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r2'));
    expect(update.releasedGroups).toEqual([]);
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
  });
});

describe('a broken file', () => {
  const before = { 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') };

  it.each([
    ['is no YAML', BROKEN],
    ['is empty', ''],
    ['was cut off', policy('sg-a').slice(0, 25)],
    ['has a bad rule beside good ones', `${policy('sg-a', 8443)}      - {protocol: tcp, from: 10.0.0.0/8}\n`],
    ['names an account that is not there', `${policy('sg-a')}    account: other\n`],
    ['is no text', '\u0000'],
  ])('keeps its groups when it %s; the others go on', async (_, text) => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const update = await keep.take(loaded({ 'a.yaml': text, 'b.yaml': policy('sg-b', 22) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:22']);
    expect(ids(update.keptGroups)).toEqual(['sg-a']);
    expect(update.releasedGroups).toEqual([]);
    expect(update.problems.map(({ file }) => file)).toContain('policies/a.yaml');
  });

  it('keeps them over any number of loads, and takes the mended file', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    for (const revision of ['r2', 'r3', 'r3']) {
      const update = await keep.take(loaded({ ...before, 'a.yaml': `${BROKEN}# ${revision}` }, revision));
      expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
      expect(ids(update.keptGroups)).toEqual(['sg-a']);
    }
    const update = await keep.take(loaded({ ...before, 'a.yaml': policy('sg-a', 8443) }, 'r4'));
    expect(inForce(update)).toEqual(['sg-a:8443', 'sg-b:443']);
    expect(update).toMatchObject({ keptGroups: [], problems: [] });
  });

  it('keeps the groups of a file that takes a name from a broken one', async () => {
    const networks = 'version: 1\nnetworks: {office: [203.0.113.0/24]}\n';
    const keep = keeper();
    await keep.take(loaded({ 'a.yaml': policy('sg-a', 443, 'office'), 'nets.yaml': networks }, 'r1'));
    const update = await keep.take(
      loaded({ 'a.yaml': policy('sg-a', 8443, 'office'), 'nets.yaml': BROKEN }, 'r2'),
    );
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('gives a group to the good file that names it now', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const update = await keep.take(loaded({ 'a.yaml': BROKEN, 'b.yaml': policy('sg-a', 22) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:22']);
    expect(ids(update.releasedGroups)).toEqual(['sg-b']);
  });

  it('releases of the groups once the file is removed', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    await keep.take(loaded({ ...before, 'a.yaml': BROKEN }, 'r2'));
    const update = await keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r3'));
    expect(inForce(update)).toEqual(['sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-a']);
  });

  it('has nothing in force in the first load; the good files have', async () => {
    const update = await keeper().take(loaded({ ...before, 'a.yaml': BROKEN }, 'r1'));
    expect(inForce(update)).toEqual(['sg-b:443']);
    expect(update.keptGroups).toEqual([]);
    expect(update.problems).not.toEqual([]);
  });
});

describe('what cannot be read', () => {
  const before = { 'a.yaml': policy('sg-a'), 'team/b.yaml': policy('sg-b'), 'teams.yaml': policy('sg-c') };

  it.each([
    ['a file', ['team/b.yaml'], ['sg-b']],
    ['a folder', ['team'], ['sg-b']],
  ])('%s keeps its groups', async (_, unread, kept) => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const readable = { 'a.yaml': policy('sg-a', 22), 'teams.yaml': before['teams.yaml'] };
    const update = await keep.take(loaded(readable, 'r2', unread));
    expect(inForce(update)).toEqual(['sg-a:22', 'sg-b:443', 'sg-c:443']);
    expect(ids(update.keptGroups)).toEqual(kept);
    expect(update.releasedGroups).toEqual([]);
    expect(update.problems.map(({ code }) => code)).toEqual(['policy-unreadable']);
  });

  it('a file that is gone beside an unreadable folder releases of its groups all the same', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const update = await keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r2', ['team']));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-c']);
  });

  it('the whole folder keeps everything, with the revision that it came from', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const update = await keep.take(loaded({}, 'r2', ['']));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443', 'sg-c:443']);
    expect(update).toMatchObject({ changed: false, state: { revision: 'r1' }, releasedGroups: [] });
    const again = await keep.take(loaded(before, 'r1'));
    expect(again).toMatchObject({ changed: false, problems: [], keptGroups: [] });
  });

  it('the whole folder keeps everything also if it is the working directory', async () => {
    const keep = keeper();
    const load = loaded({ 'a.yaml': policy('sg-a') }, 'r1');
    await keep.take({ ...load, files: load.files.map((each) => ({ ...each, file: each.path })) });
    const trouble = { code: 'policies-unreadable', message: 'permission denied' } as const;
    const update = await keep.take({
      ...loaded({}, 'r2'),
      unreadable: [unreadable('', { file: '.', ...trouble })],
    });
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('the whole folder at the start leaves nothing in force', async () => {
    expect(inForce(await keeper().take(loaded({}, 'r1', [''])))).toEqual([]);
  });
});

/** Three groups, one below the other. */
const THREE = `${policy('sg-a')}${policy('sg-b').split('\n').slice(2).join('\n')}${policy('sg-c').split('\n').slice(2).join('\n')}`;
/** The first two of them: whole lines. */
const TWO = THREE.slice(0, THREE.indexOf('  - id: sg-c'));

/** A keeper with a clock that the test moves on. */
function watchful(options: { readonly settleMs?: number; readonly requireClean?: boolean } = {}) {
  let elapsedMs = 0;
  const clock = { nowMs: () => Date.UTC(2027, 0, 1) + elapsedMs, monotonicMs: () => elapsedMs };
  const keep = new DesiredKeeper({ accounts: ['default'], settleMs: 10_000, clock, ...options });
  return { keep, pass: (ms: number) => (elapsedMs += ms) };
}

/** The file `a.yaml` with this text, written at that time. */
function half(text: string, { stamp = 'cut', inGit = null }: Partial<LoadedPolicies['files'][number]> = {}) {
  const load = loaded({ 'a.yaml': text }, `of ${text.length}`);
  return { ...load, files: load.files.map((file) => ({ ...file, stamp, inGit })) };
}

describe('a file that is only the beginning of the one in force', () => {
  it('is taken when it has stayed as it is for the settle time, and says before when that will be', async () => {
    const { keep, pass } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE }, 'r1'));
    const first = await keep.take(half(TWO));
    expect(ids(first.keptGroups)).toEqual(['sg-a', 'sg-b', 'sg-c']);
    expect(first).toMatchObject({ releasedGroups: [], lookAgainMs: 10_000 });
    expect(first.problems).toMatchObject([{ code: 'truncated', file: 'policies/a.yaml' }]);
    expect(first.problems[0]?.message).toContain('it will be taken at 2027-01-01T00:00:10.000Z');
    pass(9999);
    const again = await keep.take(half(TWO));
    expect(again.problems).toEqual(first.problems);
    expect(again.lookAgainMs).toBe(1);
    pass(1);
    const settled = await keep.take(half(TWO));
    expect(inForce(settled)).toEqual(['sg-a:443', 'sg-b:443']);
    expect(settled).toMatchObject({ problems: [], lookAgainMs: null });
  });

  it('waits the whole time again when it was written meanwhile', async () => {
    const { keep, pass } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE }, 'r1'));
    await keep.take(half(TWO));
    pass(10_000);
    const again = await keep.take(half(TWO, { stamp: 'written again' }));
    expect(inForce(again)).toHaveLength(3);
    expect(again.lookAgainMs).toBe(10_000);
  });

  it.each(['commit', 'index'] as const)('is taken at once where git has it in the %s', async (inGit) => {
    const { keep } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE }, 'r1'));
    const update = await keep.take(half(TWO, { inGit }));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
  });

  it.each([
    ['inside a line', TWO.slice(0, -5)],
    ['before anything', ''],
  ])('is never taken when it ends %s, known to git or not', async (_, text) => {
    const { keep, pass } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE }, 'r1'));
    for (const inGit of [null, 'index', 'commit'] as const) {
      const update = await keep.take(half(text, { inGit }));
      expect(inForce(update)).toHaveLength(3);
      expect(update.problems).toMatchObject([{ code: 'truncated' }]);
      expect(update.lookAgainMs).toBeNull();
      pass(60_000);
    }
  });

  it('is the whole of it when only blank lines are missing', async () => {
    const { keep } = watchful();
    await keep.take(loaded({ 'a.yaml': `${THREE}\n\n` }, 'r1'));
    const update = await keep.take(half(THREE.trimEnd()));
    expect(update).toMatchObject({ problems: [], lookAgainMs: null });
    expect(inForce(update)).toHaveLength(3);
  });

  it('is told from the last good file, also when broken ones came between', async () => {
    const { keep } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE }, 'r1'));
    await keep.take(loaded({ 'a.yaml': BROKEN }, 'r2'));
    expect(inForce(await keep.take(half(TWO)))).toHaveLength(3);
  });

  it('is told also after the file was gone for a moment', async () => {
    const { keep } = watchful();
    await keep.take(loaded({ 'a.yaml': THREE, 'z.yaml': policy('sg-z') }, 'r1'));
    const gone = await keep.take(loaded({ 'z.yaml': policy('sg-z') }, 'r2'));
    expect(ids(gone.releasedGroups)).toEqual(['sg-a', 'sg-b', 'sg-c']);
    const back = await keep.take(loaded({ 'a.yaml': TWO, 'z.yaml': policy('sg-z') }, 'r3'));
    expect(back.problems).toMatchObject([{ code: 'truncated' }]);
    expect(inForce(back)).toEqual(['sg-z:443']);
  });

  it('holds back those that take names from it too', async () => {
    const names = 'version: 1\nnetworks:\n  lab: [192.0.2.0/24]\n  office: [203.0.113.0/24]\n';
    const user = policy('sg-a', 443, 'office');
    const { keep } = watchful();
    await keep.take(loaded({ 'names.yaml': names, 'user.yaml': user }, 'r1'));
    const cut = names.slice(0, names.indexOf('  office'));
    const update = await keep.take(
      loaded({ 'names.yaml': cut, 'user.yaml': policy('sg-a', 22, 'office') }, 'r2'),
    );
    expect(inForce(update)).toEqual(['sg-a:443']);
  });
});

describe('what something of another kind has taken the place of', () => {
  const before = { 'a.yaml': policy('sg-a'), 'team/b.yaml': policy('sg-b') };
  const withKinds = (load: LoadedPolicies, kinds: Partial<LoadedPolicies['kinds']>): LoadedPolicies => ({
    ...load,
    kinds: { ...load.kinds, ...kinds },
  });

  it.each([
    ['the policy folder by a policy file', { 'policies.yaml': policy('sg-x') }, { rootIsFile: true }],
    ['a folder in it by a file', { 'a.yaml': policy('sg-a') }, { others: new Set(['team']) }],
    ['a file in it by a folder', { 'a.yaml': policy('sg-a') }, { folders: new Set(['team', 'team/b.yaml']) }],
  ])('stays in force: %s', async (_, files, kinds) => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const update = await keep.take(withKinds(loaded(files, 'r2'), kinds));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
    expect(update.releasedGroups).toEqual([]);
    expect(update.problems).toMatchObject([{ code: 'policy-replaced' }]);
    const mended = await keep.take(loaded(before, 'r1'));
    expect(mended).toMatchObject({ problems: [], keptGroups: [] });
  });

  it('goes once that is removed in its turn, which a look of its own finds out', async () => {
    const keep = keeper();
    await keep.take(loaded(before, 'r1'));
    const load = loaded({ 'a.yaml': policy('sg-a') }, 'r2');
    const update = await keep.take(withKinds(load, { folders: new Set(['team', 'team/b.yaml']) }));
    expect(update).toMatchObject({ releasedGroups: [], lookAgainMs: 10_000 });
    const gone = await keep.take(withKinds(load, { folders: new Set(['team']) }));
    expect(ids(gone.releasedGroups)).toEqual(['sg-b']);
    expect(gone).toMatchObject({ problems: [], lookAgainMs: null });
  });

  it('goes with a file that is plainly removed beside it', async () => {
    const keep = keeper();
    await keep.take(withKinds(loaded(before, 'r1'), { folders: new Set(['team']) }));
    const kinds = { folders: new Set(['team']), others: new Set(['README.md']) };
    const update = await keep.take(withKinds(loaded({ 'a.yaml': policy('sg-a') }, 'r2'), kinds));
    expect(ids(update.releasedGroups)).toEqual(['sg-b']);
  });
});

describe('policies that must be as committed', () => {
  const COMMIT = 'c'.repeat(40);
  const at = (files: Files, commit: string | null, uncommitted: readonly string[] = []): LoadedPolicies => {
    const load = { ...loaded(files, commit ?? 'none'), commit, uncommitted };
    const { files: same, unreadable: none, kinds } = loaded({ 'a.yaml': policy('sg-a') }, 'head');
    return uncommitted.length === 0 ? load : { ...load, atCommit: { files: same, unreadable: none, kinds } };
  };

  it('are taken, and with one that is not so none of the revision is', async () => {
    const { keep } = watchful({ requireClean: true });
    await keep.take(at({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, COMMIT));
    const files = { 'a.yaml': policy('sg-a', 22), 'b.yaml': policy('sg-b', 22) };
    const update = await keep.take(at(files, 'd'.repeat(40), ['policies/b.yaml']));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
    expect(update).toMatchObject({ changed: false, releasedGroups: [], state: { revision: COMMIT } });
    expect(update.problems).toMatchObject([{ code: 'uncommitted', file: 'policies/b.yaml' }]);
    expect(update.problems[0]?.hint).toBe('`git add policies/b.yaml && git commit`');
  });

  it('are read at the commit where nothing is in force', async () => {
    const { keep } = watchful({ requireClean: true });
    const update = await keep.take(at({ 'a.yaml': policy('sg-a', 22) }, COMMIT, ['policies/a.yaml']));
    expect(inForce(update)).toEqual(['sg-a:443']);
    expect(update).toMatchObject({ state: { revision: COMMIT }, problems: [{ code: 'uncommitted' }] });
    const committed = await keep.take(at({ 'a.yaml': policy('sg-a', 22) }, 'd'.repeat(40)));
    expect(inForce(committed)).toEqual(['sg-a:22']);
    expect(committed.problems).toEqual([]);
  });

  it('are refused as a whole where git tells of no commit', async () => {
    const { keep } = watchful({ requireClean: true });
    const update = await keep.take(at({ 'a.yaml': policy('sg-a') }, null));
    expect(inForce(update)).toEqual([]);
    expect(update.problems).toMatchObject([{ code: 'uncommitted', file: 'policies' }]);
  });
});

describe('a keeper that was told what was in force before', () => {
  /** The keeper of the next process, which is told what the one before knew. */
  async function restarted(files: Files, bytes: 'kept' | 'too many' = 'kept') {
    const { keep } = watchful();
    const { state } = await keep.take(loaded(files, 'r1'));
    const { files: known, ...rest } = keep.filesInForce;
    const without = [...known].map(([path, file]) => [path, { ...file, held: null }] as const);
    const next = watchful();
    next.keep.restore(state, { ...rest, files: bytes === 'kept' ? known : new Map(without) });
    return next;
  }

  it('tells half of a file from the whole', async () => {
    const { keep, pass } = await restarted({ 'a.yaml': THREE });
    const update = await keep.take(half(TWO));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443', 'sg-c:443']);
    expect(update.problems).toMatchObject([{ code: 'truncated' }]);
    pass(10_000);
    expect(inForce(await keep.take(half(TWO)))).toEqual(['sg-a:443', 'sg-b:443']);
  });

  it('takes every shorter file for half of one whose bytes were too many to keep', async () => {
    const { keep } = await restarted({ 'a.yaml': THREE }, 'too many');
    expect((await keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r2'))).problems).toMatchObject([
      { code: 'truncated' },
    ]);
    expect((await keep.take(loaded({ 'a.yaml': `${THREE}# more` }, 'r3'))).problems).toEqual([]);
  });

  it('keeps the groups of files that are broken or unreadable at the start', async () => {
    const { keep } = await restarted({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') });
    const update = await keep.take(loaded({ 'a.yaml': BROKEN, 'b.yaml': policy('sg-b', 22) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:22']);
    expect(ids(update.keptGroups)).toEqual(['sg-a']);
  });

  it('forgets it where the config names other policies, and groups of accounts that it has no more', async () => {
    const other = await restarted({ 'a.yaml': policy('sg-a') });
    const elsewhere = { ...loaded({}, 'r2', ['']), kinds: noKinds('rules') };
    expect(inForce(await other.keep.take(elsewhere))).toEqual([]);

    const { keep } = watchful();
    const { state } = await keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r1'));
    const next = new DesiredKeeper({ accounts: ['prod'] });
    next.restore(state, keep.filesInForce);
    expect(inForce(await next.take(loaded({ 'a.yaml': BROKEN }, 'r2')))).toEqual([]);
  });
});
