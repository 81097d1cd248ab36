// Carries out the steps of a Containerfile without a container engine: each stage is a folder, which stands for its root.
// What the base image would bring is not there, so steps that change only that are left out, and told.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Stage } from './containerfile.ts';

/** Steps that concern what the base image brings. */
const OF_BASE = /^(apt-get update|rm -rf \/usr\/)/;
/** Steps that stay below the folder they start in, or below the paths that are put in front of theirs. */
const OF_OURS = /^(npm|mkdir) /;

export interface Unpacked {
  /** By name of the stage, or `image`. */
  readonly roots: ReadonlyMap<string, string>;
  readonly leftOut: readonly string[];
}

/** The context is what git knows of `repository`, as far as its `.dockerignore` lets it through. */
export function unpack(stages: readonly Stage[], repository: string, folder: string): Unpacked {
  const roots = new Map<string, string>();
  const leftOut: string[] = [];
  for (const { name, instructions } of stages) {
    const root = path.join(folder, name ?? 'image');
    roots.set(name ?? 'image', root);
    let workdir = root;
    for (const instruction of instructions) {
      if (instruction.name === 'WORKDIR') {
        workdir = path.join(root, instruction.text);
        mkdirSync(workdir, { recursive: true });
      } else if (instruction.name === 'COPY') {
        copy(instruction.text.split(' '), { roots, repository, workdir });
      } else if (instruction.name === 'RUN') {
        if (OF_BASE.test(instruction.text)) leftOut.push(instruction.text);
        else runStep(instruction.text, root, workdir);
      }
    }
  }
  return { roots, leftOut };
}

interface Places {
  readonly roots: ReadonlyMap<string, string>;
  readonly repository: string;
  readonly workdir: string;
}

function copy(words: readonly string[], { roots, repository, workdir }: Places): void {
  const from = words[0]?.startsWith('--from=') === true ? words[0].slice('--from='.length) : null;
  const names = words.slice(from === null ? 0 : 1);
  const target = path.resolve(workdir, names.at(-1) ?? '');
  for (const source of names.slice(0, -1)) {
    if (from !== null) {
      cpSync(path.join(roots.get(from) ?? '', source), target, { recursive: true, verbatimSymlinks: true });
      continue;
    }
    for (const file of filesOf(repository, source)) {
      const place = path.join(target, file === source ? path.basename(file) : path.relative(source, file));
      cpSync(path.join(repository, file), place);
    }
  }
}

/** The files of the context at this path; throws if there is none. */
function filesOf(repository: string, source: string): string[] {
  const letThrough = readFileSync(path.join(repository, '.dockerignore'), 'utf8').split('\n');
  if (!letThrough.includes(`!${source}`)) throw new Error(`.dockerignore keeps back ${source}`);
  const known = execFileSync('git', ['ls-files', source], { cwd: repository, encoding: 'utf8' });
  const files = known.split('\n').filter((file) => file !== '');
  if (files.length === 0) throw new Error(`git knows no ${source}`);
  return files;
}

function runStep(command: string, root: string, workdir: string): void {
  // To give files to another user takes the superuser.
  const parts = command
    .split(' && ')
    .filter((part) => process.getuid?.() === 0 || !part.startsWith('chown '));
  // The second half of a step may name paths too: each of them must come to lie below the root.
  const placed = parts.map((part) => part.replace(/(^|\s)\/(?=\S)/g, `$1${root}/`));
  if (!OF_OURS.test(command)) throw new Error(`not known whether this may be run here: ${command}`);
  execFileSync('bash', ['-euc', placed.join(' && ')], {
    cwd: workdir,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
