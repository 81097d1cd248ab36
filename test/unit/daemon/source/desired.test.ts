import { describe, expect, it } from 'vitest';
import { DesiredKeeper, type DesiredUpdate } from '../../../../daemon/source/desired.ts';
import { contentHash } from '../../../../daemon/source/git/revision.ts';
import type { LoadedPolicies } from '../../../../daemon/source/source.ts';
import { unreadable } from '../../../../daemon/source/source.ts';

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
    commit: null,
    dirty: false,
    uncommitted: [],
    atCommit: null,
    kinds: { rootIsFile: false, folders: new Set(), others: new Set() },
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
  it('is in force as it is', () => {
    const update = keeper().take(loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b', 22) }, 'r1'));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:22']);
    expect(update).toMatchObject({ changed: true, problems: [], keptGroups: [], releasedGroups: [] });
    expect(update.state.revision).toBe('r1');
  });

  it('follows an edit', () => {
    const keep = keeper();
    keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': policy('sg-a', 8443) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:8443']);
    expect(update.changed).toBe(true);
  });

  it.each([
    ['the same content and revision change nothing', 'r1', false],
    ['the same content of another commit changes the revision', 'r2', true],
  ])('a load in order: %s', (_, revision, changed) => {
    const keep = keeper();
    keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': policy('sg-a') }, revision));
    expect(update).toMatchObject({ changed, state: { revision } });
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('releases of the groups of a file that was removed, and says so once', () => {
    const keep = keeper();
    keep.take(loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r1'));
    const update = keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r2'));
    expect(inForce(update)).toEqual(['sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-a']);
    expect(keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r3')).releasedGroups).toEqual([]);
  });

  it('does not release a group that moved to another file', () => {
    const keep = keeper();
    keep.take(loaded({ 'a.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r1'));
    const update = keep.take(loaded({ 'c.yaml': policy('sg-a'), 'b.yaml': policy('sg-b') }, 'r2'));
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
  ])('keeps its groups when it %s; the others go on', (_, text) => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': text, 'b.yaml': policy('sg-b', 22) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:22']);
    expect(ids(update.keptGroups)).toEqual(['sg-a']);
    expect(update.releasedGroups).toEqual([]);
    expect(update.problems.map(({ file }) => file)).toContain('policies/a.yaml');
  });

  it('keeps them over any number of loads, and takes the mended file', () => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    for (const revision of ['r2', 'r3', 'r3']) {
      const update = keep.take(loaded({ ...before, 'a.yaml': `${BROKEN}# ${revision}` }, revision));
      expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
      expect(ids(update.keptGroups)).toEqual(['sg-a']);
    }
    const update = keep.take(loaded({ ...before, 'a.yaml': policy('sg-a', 8443) }, 'r4'));
    expect(inForce(update)).toEqual(['sg-a:8443', 'sg-b:443']);
    expect(update).toMatchObject({ keptGroups: [], problems: [] });
  });

  it('keeps the groups of a file that takes a name from a broken one', () => {
    const networks = 'version: 1\nnetworks: {office: [203.0.113.0/24]}\n';
    const keep = keeper();
    keep.take(loaded({ 'a.yaml': policy('sg-a', 443, 'office'), 'nets.yaml': networks }, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': policy('sg-a', 8443, 'office'), 'nets.yaml': BROKEN }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('gives a group to the good file that names it now', () => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': BROKEN, 'b.yaml': policy('sg-a', 22) }, 'r2'));
    expect(inForce(update)).toEqual(['sg-a:22']);
    expect(ids(update.releasedGroups)).toEqual(['sg-b']);
  });

  it('releases of the groups once the file is removed', () => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    keep.take(loaded({ ...before, 'a.yaml': BROKEN }, 'r2'));
    const update = keep.take(loaded({ 'b.yaml': policy('sg-b') }, 'r3'));
    expect(inForce(update)).toEqual(['sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-a']);
  });

  it('has nothing in force in the first load; the good files have', () => {
    const update = keeper().take(loaded({ ...before, 'a.yaml': BROKEN }, 'r1'));
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
  ])('%s keeps its groups', (_, unread, kept) => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    const readable = { 'a.yaml': policy('sg-a', 22), 'teams.yaml': before['teams.yaml'] };
    const update = keep.take(loaded(readable, 'r2', unread));
    expect(inForce(update)).toEqual(['sg-a:22', 'sg-b:443', 'sg-c:443']);
    expect(ids(update.keptGroups)).toEqual(kept);
    expect(update.releasedGroups).toEqual([]);
    expect(update.problems.map(({ code }) => code)).toEqual(['policy-unreadable']);
  });

  it('a file that is gone beside an unreadable folder releases of its groups all the same', () => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    const update = keep.take(loaded({ 'a.yaml': policy('sg-a') }, 'r2', ['team']));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443']);
    expect(ids(update.releasedGroups)).toEqual(['sg-c']);
  });

  it('the whole folder keeps everything, with the revision that it came from', () => {
    const keep = keeper();
    keep.take(loaded(before, 'r1'));
    const update = keep.take(loaded({}, 'r2', ['']));
    expect(inForce(update)).toEqual(['sg-a:443', 'sg-b:443', 'sg-c:443']);
    expect(update).toMatchObject({ changed: false, state: { revision: 'r1' }, releasedGroups: [] });
    const again = keep.take(loaded(before, 'r1'));
    expect(again).toMatchObject({ changed: false, problems: [], keptGroups: [] });
  });

  it('the whole folder keeps everything also if it is the working directory', () => {
    const keep = keeper();
    const load = loaded({ 'a.yaml': policy('sg-a') }, 'r1');
    keep.take({ ...load, files: load.files.map((each) => ({ ...each, file: each.path })) });
    const trouble = { code: 'policies-unreadable', message: 'permission denied' };
    const update = keep.take({
      ...loaded({}, 'r2'),
      unreadable: [unreadable('', { file: '.', ...trouble })],
    });
    expect(inForce(update)).toEqual(['sg-a:443']);
  });

  it('the whole folder at the start leaves nothing in force', () => {
    expect(inForce(keeper().take(loaded({}, 'r1', [''])))).toEqual([]);
  });
});
