import { expect, it } from 'vitest';
import { readCommitFacts } from '../../../../../daemon/source/mirror/commit-facts.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../../../../support/git-repository.ts';
import { onlyWith } from '../../../../support/optional-tool.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

onlyWith('git', it)(
  'a commit whose subject has twelve megabytes is there like any other, its subject cut',
  async () => {
    const folder = await tempFolder({ 'a.yaml': 'one' });
    const git = new GitRepository(folder);
    const first = git.commit();
    const place = { cwd: folder, environment: GIT_ENVIRONMENT };
    const plain = await readCommitFacts(first, place);
    expect(plain).toMatchObject({ id: first, author: 'Test <test@example.com>', subject: 'test' });
    await writeFiles(folder, { '.git/message': `Policies: ${'x'.repeat(12 * 1024 * 1024)}` });
    git.run('commit', '--quiet', '--allow-empty', '--file', '.git/message');
    const facts = await readCommitFacts('HEAD', place);
    expect(facts?.subject).toMatch(/^Policies: x+$/);
    expect(facts?.subject).toHaveLength(200);
  },
);
