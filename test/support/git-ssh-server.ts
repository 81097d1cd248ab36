// A git host over ssh in small: a real sshd on the loopback with keys of its own, for whoever runs the tests.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

export const SSHD = '/usr/sbin/sshd';

export class GitSshServer {
  /** Of the user who may log in. */
  readonly userKey: string;
  readonly knownHosts: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | null = null;

  /** The folder holds its keys. */
  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.userKey = this.#key('user');
    this.knownHosts = this.file('known_hosts');
    const host = readFileSync(`${this.#key('host')}.pub`, 'utf8');
    this.#key('other-host');
    writeFileSync(this.knownHosts, `[127.0.0.1]:${port} ${host}`);
    this.admit();
  }

  urlOf(repository: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.#port}${repository}`;
  }

  file(name: string): string {
    return path.join(this.#folder, name);
  }

  /** Lets the user in from now on, with these options before the key; null: no longer. */
  admit(options: string | null = ''): void {
    const key = readFileSync(`${this.userKey}.pub`, 'utf8');
    writeFileSync(this.file('authorized_keys'), options === null ? '' : `${options} ${key}`);
  }

  /** Waits until it listens, with the key that is known or another one. */
  async start(hostKey: 'host' | 'other-host' = 'host'): Promise<void> {
    // Where the superuser starts it, it insists on this folder.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const config = [
      `Port ${this.#port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.file(hostKey)}`,
      `AuthorizedKeysFile ${this.file('authorized_keys')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'PasswordAuthentication no',
      'UsePAM no',
      'PidFile none',
    ];
    writeFileSync(this.file('sshd_config'), `${config.join('\n')}\n`);
    const server = spawn(SSHD, ['-D', '-e', '-f', this.file('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = server;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Server listening')) resolve();
      });
      server.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
    });
  }

  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  #key(name: string): string {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', this.file(name)]);
    return this.file(name);
  }
}
