// A real repository for tests, deaf to the settings of the machine it runs on.
import { execFileSync } from 'node:child_process';

export const GIT_ENVIRONMENT: Readonly<Record<string, string | undefined>> = { PATH: process.env.PATH };

export class GitRepository {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.run('init', '--quiet', '--initial-branch=main');
  }

  run(...args: readonly string[]): string {
    return this.feed('', ...args);
  }

  /** Runs git with something to read. */
  feed(input: string | Uint8Array, ...args: readonly string[]): string {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgSign=false'];
    return execFileSync('git', [...who, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trim();
  }

  /** Commits everything, and answers the commit. */
  commit(): string {
    this.run('add', '--all');
    this.run('commit', '--quiet', '--allow-empty', '--message=test');
    return this.run('rev-parse', 'HEAD');
  }
}
