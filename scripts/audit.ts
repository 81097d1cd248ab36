// `npm run audit`: what is known of the packages that Rampart depends on: published weaknesses, signatures, licences.
// Exit code 1 if something was found, 75 if nothing was but the registry did not answer everything, else 0.
import path from 'node:path';
import { licenceProblems } from './audit/licences.ts';
import { readAudit, readSignatures, type RegistryAnswer, runNpm } from './audit/registry.ts';
import { shippedPackages } from './audit/shipped-packages.ts';
import { LEFT_OUT } from './left-out.ts';

const root = path.join(import.meta.dirname, '..');

const shipped = shippedPackages(root);
const checks: ReadonlyArray<readonly [string, RegistryAnswer]> = [
  [
    `licences of the ${shipped.length} packages that are shipped`,
    { kind: 'answered', problems: licenceProblems(shipped) },
  ],
  ['weaknesses, shipped packages', readAudit(runNpm(root, ['audit', '--omit=dev', '--json']))],
  [
    'weaknesses of severity high and critical, packages of the development too',
    readAudit(runNpm(root, ['audit', '--json']), ['high', 'critical']),
  ],
  ['signatures of the registry', readSignatures(runNpm(root, ['audit', 'signatures', '--json']))],
];

for (const [name, answer] of checks) {
  if (answer.kind === 'notAnswered') console.log(`not answered  ${name}: ${answer.reason}`);
  else console.log(`${answer.problems.length === 0 ? 'passed        ' : 'FAILED        '}${name}`);
  if (answer.kind === 'answered') for (const problem of answer.problems) console.log(`  ${problem}`);
}
const answers = checks.map(([, answer]) => answer);
const isWhole = answers.every(({ kind }) => kind === 'answered');
const hasFound = answers.some((answer) => answer.kind === 'answered' && answer.problems.length > 0);
process.exitCode = hasFound ? 1 : isWhole ? 0 : LEFT_OUT;
