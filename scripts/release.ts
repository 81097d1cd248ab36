// `npm run release -- VERSION [--skip-check]`: checks, sets the version, dates the changelog, commits, tags, packs, and writes the SBOM (CycloneDX).
// Publishes and pushes nothing. See docs/releasing.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const UNRELEASED = '## Unreleased';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'skip-check': { type: 'boolean', default: false } },
});
const [version = ''] = positionals;
refuseUnless(/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version), `give a version such as 0.2.0, not "${version}"`);
refuseUnless(read('git status --porcelain') === '', 'the work tree has changes: commit them first');
refuseUnless(read(`git tag --list v${version}`) === '', `the tag v${version} is there already`);
const changelog = readFileSync('CHANGELOG.md', 'utf8');
refuseUnless(changelog.includes(`${UNRELEASED}\n`), `CHANGELOG.md has no "${UNRELEASED}": say what changed`);

if (!values['skip-check']) run('npm run release:check -- --write');
run(`npm version ${version} --no-git-tag-version --allow-same-version`);
const today = new Date().toISOString().slice(0, 10);
writeFileSync('CHANGELOG.md', changelog.replace(`${UNRELEASED}\n`, `## ${version}, ${today}\n`));
run('npm run build');
run(`git commit --all --message "Release ${version}"`);
run(`git tag --annotate v${version} --message "Rampart ${version}"`);
run('npm pack');
run(`npx tsx scripts/write-sbom.ts >rampart-${version}.cdx.json`);
console.log(
  `v${version} is committed, tagged and packed, with its SBOM. Push it with: git push --follow-tags`,
);

function refuseUnless(isGood: boolean, message: string): void {
  if (isGood) return;
  console.error(`release: ${message}`);
  process.exit(1);
}

function read(command: string): string {
  return spawnSync(command, { shell: true, encoding: 'utf8' }).stdout.trim();
}

function run(command: string): void {
  console.log(`== ${command}`);
  refuseUnless(spawnSync(command, { shell: true, stdio: 'inherit' }).status === 0, `failed: ${command}`);
}
