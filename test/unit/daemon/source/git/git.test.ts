import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { gitText } from '../../../../../daemon/source/git/git.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

it('answers null where its folder has become a file', async () => {
  const file = path.join(await tempFolder(), 'policies');
  writeFileSync(file, '');
  expect(await gitText(['status'], file, process.env)).toBeNull();
});
