// A `systemd-notify` that writes down what it is told.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { untilFiles } from './file-change.ts';

export class FakeSystemd {
  readonly #folder: string;

  /** `script` runs before the message in `$1` is written down. */
  constructor(folder: string, script = '') {
    this.#folder = folder;
    const program = path.join(folder, 'bin', 'systemd-notify');
    mkdirSync(path.dirname(program), { recursive: true });
    writeFileSync(program, `#!/bin/sh\n${script}\necho "$@" "\${SECRET-}" >> "$NOTIFY_SOCKET.told"\n`);
    chmodSync(program, 0o755);
  }

  /** What systemd and the shell give to the service. */
  get env(): { readonly NOTIFY_SOCKET: string; readonly PATH: string } {
    return {
      NOTIFY_SOCKET: path.join(this.#folder, 'notify'),
      PATH: `${path.join(this.#folder, 'bin')}:${process.env.PATH ?? ''}`,
    };
  }

  /** The messages that are written down, oldest first. */
  get told(): string[] {
    const file = `${this.env.NOTIFY_SOCKET}.told`;
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.trimEnd());
  }

  /** Waits for messages. */
  until(fits: (told: readonly string[]) => boolean): Promise<void> {
    return untilFiles(this.#folder, () => fits(this.told));
  }
}
