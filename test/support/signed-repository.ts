// A bare repository in which tests sign with real keys, at the dates and in the names that they choose.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A key that git can sign with. */
export interface GitSigner {
  readonly format: 'ssh' | 'openpgp';
  /** The private key's file, or the fingerprint of a key in the ring. */
  readonly signWith: string;
  /** As `ssh-keygen -l` or `gpg -k` shows it. */
  readonly fingerprint: string;
  readonly gnupgHome?: string;
  /** Absent: gpg itself. */
  readonly program?: string;
}

export interface SshKey extends GitSigner {
  /** `TYPE KEY` as in a file of allowed signers. */
  readonly publicKey: string;
}

const programOf = ({ program }: GitSigner): string[] =>
  program === undefined ? [] : ['-c', `gpg.program=${program}`];

/** Makes an SSH key in this folder. */
export function makeSshKey(folder: string, name: string): SshKey {
  const file = path.join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(
    ' ',
  );
  const publicKey = readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  return { format: 'ssh', signWith: file, fingerprint, publicKey };
}

/** What a commit or a tag is made of; everything has a default. */
export interface Signing {
  /** Absent: unsigned. */
  readonly by?: GitSigner;
  /** Seconds; absent: a minute after the one made before. */
  readonly at?: number;
  /** Address of the author or tagger. */
  readonly author?: string;
}

export interface CommitParts extends Signing {
  readonly parents?: readonly string[];
  /** All files by name; absent: those of the first parent. */
  readonly files?: Readonly<Record<string, string>>;
}

/** When the first commit is made, unless it says otherwise. */
export const FIRST_SECOND = Date.UTC(2026, 0, 5) / 1000;

export class SignedRepository {
  readonly folder: string;
  #seconds = FIRST_SECOND;

  constructor(folder: string) {
    this.folder = folder;
    this.git(['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  }

  /** A minute after the last commit, in milliseconds. */
  get nowMs(): number {
    return (this.#seconds + 60) * 1000;
  }

  commit({ parents = [], files, ...signing }: CommitParts = {}): string {
    const [first] = parents;
    const tree =
      files !== undefined || first === undefined
        ? this.#tree(files ?? {})
        : this.git(['rev-parse', `${first}^{tree}`]);
    return this.commitTree(tree, parents, signing);
  }

  /** What git makes of the two by itself. */
  merge(parents: readonly [string, string], signing: Signing = {}): string {
    return this.commitTree(this.git(['merge-tree', '--write-tree', ...parents]), parents, signing);
  }

  /** An annotated tag, signed if a signer is named; answers its full name. */
  tag(name: string, target: string, signing: Signing = {}): string {
    const flags = signing.by === undefined ? ['-a'] : ['-s'];
    this.git(['tag', ...flags, '-m', 'tag', name, target], { signing });
    return `refs/tags/${name}`;
  }

  ref(name: string, id: string): void {
    this.git(['update-ref', name, id]);
  }

  /** Stores an object with these bytes as they are. */
  store(type: 'commit' | 'tag', bytes: string): string {
    return this.git(['hash-object', '-t', type, '--literally', '-w', '--stdin'], { input: bytes });
  }

  /** The bytes of a commit or tag. */
  bytesOf(id: string): string {
    return this.git(['cat-file', '-p', id], { trim: false });
  }

  git(
    args: readonly string[],
    { signing = {}, input, trim = true }: { signing?: Signing; input?: string; trim?: boolean } = {},
  ): string {
    const { by, author = 'alice@example.com' } = signing;
    const keys =
      by === undefined
        ? ['-c', 'commit.gpgSign=false']
        : ['-c', `gpg.format=${by.format}`, '-c', `user.signingKey=${by.signWith}`, ...programOf(by)];
    const date = `@${signing.at ?? this.#seconds} +0000`;
    const said = execFileSync('git', [...keys, ...args], {
      cwd: args[0] === 'init' ? '/' : this.folder,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Author',
        GIT_AUTHOR_EMAIL: author,
        GIT_COMMITTER_NAME: 'Committer',
        GIT_COMMITTER_EMAIL: author,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
        ...(by?.gnupgHome === undefined ? {} : { GNUPGHOME: by.gnupgHome }),
      },
      input: input ?? '',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return trim ? said.trim() : said;
  }

  /** A commit of this tree. */
  commitTree(tree: string, parents: readonly string[], signing: Signing): string {
    this.#seconds = Math.max(this.#seconds + 60, signing.at ?? 0);
    const flags = signing.by === undefined ? [] : ['-S'];
    const made = [
      'commit-tree',
      ...flags,
      ...parents.flatMap((parent) => ['-p', parent]),
      '-m',
      'commit',
      tree,
    ];
    return this.git(made, { signing });
  }

  #tree(files: Readonly<Record<string, string>>): string {
    const entries = Object.entries(files).map(([name, text]) => {
      return `100644 blob ${this.git(['hash-object', '-w', '--stdin'], { input: text })}\t${name}\n`;
    });
    return this.git(['mktree'], { input: entries.join('') });
  }
}
