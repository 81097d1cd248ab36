// `npm run release:check [-- --only WORD] [-- --write]`: what the gate has no time for. Runs every check whose name
// holds the word (all without one), one after the other, and says at the end what passed and how long it took. Exit
// code 1 if one failed; a check that says itself that it was left out in part is shown as that, and is no failure. With --write the result goes to docs/release-check.md, with the commit and the machine.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { LEFT_OUT } from './left-out.ts';

interface Check {
  readonly name: string;
  readonly command: string;
}

/** A Node.js of npm's package `node` in front of the PATH. Tests that need a user who may not run it are left out. */
const onNode = (major: number, command: string): string =>
  `RAMPART_REQUIRE_ALL= npx --yes -p node@${major} -c '${command}'`;

const CHECKS: readonly Check[] = [
  { name: 'types, lint, layout, format', command: 'npm run check' },
  { name: 'tests on this Node.js', command: 'npm test' },
  {
    name: 'end-to-end tests on PostgreSQL',
    command: 'npm run build && npx tsx scripts/e2e-on-postgres.ts',
  },
  { name: 'tests on Node.js 22', command: onNode(22, 'node --version && npm test') },
  { name: 'tests on Node.js 24', command: onNode(24, 'node --version && npm test') },
  {
    name: 'properties, ten times the runs',
    command: 'RAMPART_RUNS=10 npx vitest run --project property',
  },
  {
    name: 'a hundred kills, and pages of a thousand groups',
    command: 'npm run build && RAMPART_RUNS=2 npx vitest run test/e2e/kill.test.ts test/browser',
  },
  { name: 'mutations of the engine', command: 'npm run mutate' },
  { name: 'simulation, 2,000 seeds', command: 'npm run test:simulation -- --seeds 2000' },
  { name: 'simulation on SQLite, 200 seeds', command: 'npm run test:simulation -- --seeds 200 --sqlite' },
  {
    name: 'simulation of three replicas, 500 seeds',
    command: 'npm run test:simulation -- --replicas 3 --seeds 500',
  },
  {
    name: 'replicas on PostgreSQL whose owners are killed and frozen, 100 moments',
    command: 'npm run build && npm run test:trial -- owners --moments 100',
  },
  {
    name: 'replicas whose PostgreSQL fails, 18 moments',
    command: 'npm run build && npm run test:trial -- database --moments 18',
  },
  {
    name: 'what one replica, two and three do',
    command: 'npm run build && npm run test:trial -- throughput',
  },
  { name: 'soak, 12 virtual hours of 200 groups', command: 'npm run test:simulation -- --soak' },
  {
    name: 'the newest actionlint on the example workflows',
    command: 'go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 examples/github/*.yml',
  },
  {
    name: 'the image of deploy/Containerfile, unpacked and run',
    command: 'npx tsx scripts/container-layout.ts',
  },
  { name: 'kustomize makes what the tests look at', command: 'npx tsx scripts/write-kustomize.ts --check' },
  { name: 'publint on the package', command: 'npx --yes publint@0.3.25 --strict' },
  { name: 'the SBOM by the schema of CycloneDX', command: 'scripts/check-sbom' },
  { name: 'the Python SDKs against the emulator', command: 'npm run clients' },
  { name: 'fuzz targets, a minute each', command: 'npm run fuzz' },
  { name: 'audit of the dependencies', command: 'npm run audit' },
  { name: 'an estate of 1,000 groups', command: 'npm run build && npm run bench -- estate --groups 1000' },
  {
    name: 'simulation of large estates, 50 seeds',
    command: 'npm run test:simulation -- --estate --seeds 50',
  },
  { name: 'figures of the engine and the emulator', command: 'npm run bench' },
];

type Verdict = 'passed' | 'left out in part' | 'FAILED';

interface Result extends Check {
  readonly verdict: Verdict;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const chosen = CHECKS.filter(({ name }) => values.only === undefined || name.includes(values.only));
if (chosen.length === 0) throw new Error(`no check has "${values.only ?? ''}" in its name`);
const results = chosen.map(runCheck);
const table = results.map(({ name, verdict, seconds }) => `| ${name} | ${verdict} | ${seconds} s |`);
console.log(table.join('\n'));
if (values.write) writeFileSync('docs/release-check.md', page(table));
process.exitCode = results.every(({ verdict }) => verdict !== 'FAILED') ? 0 : 1;

function runCheck(check: Check): Result {
  console.log(`\n== ${check.name}: ${check.command}`);
  const beganMs = performance.now();
  const { status } = spawnSync(check.command, {
    shell: true,
    stdio: 'inherit',
    env: { ...process.env, RAMPART_REQUIRE_ALL: '1' },
  });
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  return { ...check, verdict: verdictOf(status), seconds };
}

function verdictOf(status: number | null): Verdict {
  if (status === 0) return 'passed';
  return status === LEFT_OUT ? 'left out in part' : 'FAILED';
}

function page(rows: readonly string[]): string {
  const commit = output('git rev-parse --short HEAD');
  const changed =
    output('git status --porcelain --untracked-files=no') === '' ? '' : ' (with changes not committed)';
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return [
    '# The last release check',
    '',
    `Written by \`npm run release:check -- --write\` on ${new Date().toISOString().slice(0, 10)}, commit ${commit}${changed},`,
    `Node.js ${process.version}, ${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GiB of memory.`,
    '',
    '| check | result | time |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function output(command: string): string {
  return spawnSync(command, { shell: true, encoding: 'utf8' }).stdout.trim();
}
