// The end-to-end tests with their journals in a real PostgreSQL: that of RAMPART_TEST_POSTGRES_URL, or one of our own. Words after
// the command go to vitest, such as the files to run.
import { spawnSync } from 'node:child_process';
import { startPostgres } from '../test/support/postgres.ts';

/** About the file of a journal, or with a server of their own. */
const ABOUT_FILES = ['journal-trouble', 'kill', 'known-config', 'attribution', 'stop', 'postgres'];

const server = await startPostgres();
try {
  const url = new URL(await server.freshDatabase());
  const excluded = ABOUT_FILES.flatMap((name) => ['--exclude', `test/e2e/${name}.test.ts`]);
  const args = ['vitest', 'run', '--project', 'e2e', ...excluded, ...process.argv.slice(2)];
  const env = { ...process.env, RAMPART_E2E_POSTGRES_URL: url.href };
  process.exitCode = spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1;
} finally {
  await server.remove();
}
