// The end-to-end tests with their journals in a real PostgreSQL: that of RAMPART_TEST_POSTGRES_URL, or one of our own. Words after
// the command go to vitest, such as the files to run.
import { spawnSync } from 'node:child_process';
import { startPostgres } from '../test/support/postgres.ts';

/**
 * Files that are about the file of a journal, or have a server of their own. And one of kills: what a killed daemon left open is
 * closed on PostgreSQL only when its calls can arrive no more, 23 s later, and calls of that test arrive later still.
 * `test:trial -- owners` kills there instead.
 */
const NOT_HERE = ['journal-trouble', 'postgres', 'replicas', 'kill'];
/**
 * Single tests about the file of a journal: it is lost, held by another process, older, or read by the test. And one that a
 * lease makes different: while the wall clock is set forward nothing is written until the next renewal, so that a plan comes in
 * two.
 */
const TITLES = [
  'calls wait no longer when the clock steps back and forth by ten minutes',
  'nothing is removed after the journal is lost',
  'that is held by another process is broken',
  'that is another file is not touched',
  'beside a journal that it cannot read',
  'a journal of an older Rampart, which the next start migrates',
  'which no line, argument or file of ours shows',
  'a journal that cannot be read is told by validate',
  'a second daemon on the same journal refuses to start',
  'a second daemon over the same journal and mirror does not start',
  'a lost journal removes no rule where only declared rules are owned',
  'a lost journal does not make a half policy harmless',
];

const server = await startPostgres();
try {
  const url = new URL(await server.freshDatabase());
  const excluded = NOT_HERE.flatMap((name) => ['--exclude', `test/e2e/${name}.test.ts`]);
  const titles = `^(?!.*(${TITLES.join('|')}))`;
  const args = ['vitest', 'run', '--project', 'e2e', '-t', titles, ...excluded, ...process.argv.slice(2)];
  const env = { ...process.env, RAMPART_E2E_POSTGRES_URL: url.href };
  process.exitCode = spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1;
} finally {
  await server.remove();
}
