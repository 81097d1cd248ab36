// From a folder of policies to the desired state in force, with real files, over a day of mishaps.
import { readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDirectorySource } from '../../daemon/source/directory/directory-source.ts';
import { DesiredKeeper, type DesiredUpdate } from '../../daemon/source/desired.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const policy = (id: string) => `version: 1
groups:
  - id: ${id}
    region: cn-hangzhou
    ingress:
      - {protocol: tcp, ports: 443, from: 203.0.113.0/24}
`;

const inForce = ({ state }: DesiredUpdate) =>
  state.groups.map(({ selector }) => (selector.kind === 'id' ? selector.id : selector.kind));

const codes = ({ problems }: DesiredUpdate) => problems.map(({ code }) => code);

describe('desired state from a folder', () => {
  onlyWith('git', it)('never loses a group to a mishap, and follows what was meant', async () => {
    const root = path.join(await tempFolder(), 'policies');
    await writeFiles(root, { 'a.yaml': policy('sg-a'), 'team/b.yaml': policy('sg-b') });
    const git = new GitRepository(root);
    const first = git.commit();
    const source = createDirectorySource({ path: root, environment: GIT_ENVIRONMENT });
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    const load = async () => keeper.take(await source.load());

    const start = await load();
    expect(inForce(start)).toEqual(['sg-a', 'sg-b']);
    expect(start).toMatchObject({ state: { revision: first }, problems: [], changed: true });

    await writeFiles(root, { 'a.yaml': 'version: 1\ngroups: [' });
    const broken = await load();
    expect(inForce(broken)).toEqual(['sg-a', 'sg-b']);
    expect(broken.state.revision).toMatch(new RegExp(`^${first}-dirty-[0-9a-f]{8}$`));
    expect(codes(broken)).toEqual(['yaml-syntax']);

    await rename(path.join(root, 'team'), path.join(root, '.team'));
    await symlink('missing', path.join(root, 'team'));
    const unreadable = await load();
    expect(inForce(unreadable)).toEqual(['sg-a', 'sg-b']);
    expect(codes(unreadable)).toEqual(['yaml-syntax', 'policy-unreadable']);

    await rename(root, `${root}-away`);
    const gone = await load();
    expect(inForce(gone)).toEqual(['sg-a', 'sg-b']);
    expect(codes(gone)).toEqual(['policies-unreadable']);
    expect(gone).toMatchObject({ changed: false, state: { revision: unreadable.state.revision } });

    await rename(`${root}-away`, root);
    git.run('reset', '--hard', '--quiet');
    await rm(path.join(root, '.team'), { recursive: true });
    const mended = await load();
    expect(inForce(mended)).toEqual(['sg-a', 'sg-b']);
    expect(mended).toMatchObject({ state: { revision: first }, problems: [], keptGroups: [] });

    git.run('rm', '--quiet', 'a.yaml');
    const second = git.commit();
    const removed = await load();
    expect(inForce(removed)).toEqual(['sg-b']);
    expect(removed).toMatchObject({ state: { revision: second }, problems: [] });
    expect(removed.releasedGroups).toHaveLength(1);
  });

  it('takes the example policies as they are', async () => {
    const source = createDirectorySource({ path: 'policies', environment: {} });
    const loaded = await source.load();
    const update = await new DesiredKeeper({ accounts: ['default'] }).take(loaded);
    expect(update.problems).toEqual([]);
    expect(update.state.groups.length).toBeGreaterThan(0);
    const names = (await readdir('policies')).filter((name) => name.endsWith('.yaml'));
    expect(loaded.files.map(({ file }) => file)).toEqual(names.sort().map((name) => `policies/${name}`));
  });
});
