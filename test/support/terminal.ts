// A command at a terminal of its own, made by Python's `pty`: Node.js has none. One person sits there, who types what the
// test says as soon as the command asks.
import { spawn } from 'node:child_process';
import { MAIN } from './rampart.ts';

/** argv: the answer, whether stdout goes elsewhere, then the command. Writes what the terminal shows to its own stdout, and answers when its stdin says so. */
const SCRIPT = `
import os, pty, sys
answer, away, command = sys.argv[1].encode(), sys.argv[2] == 'away', sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    if away:
        os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execvp(command[0], command)
shown, answered = b'', False
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
    sys.stdout.buffer.write(part)
    sys.stdout.flush()
    if not answered and b'[y/N] ' in shown:
        sys.stdin.readline()
        os.write(terminal, answer)
        answered = True
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const QUESTION_END = '[y/N] ';

/** What ends the input of a terminal (control and D). */
export const END_OF_INPUT = '\u0004';

export interface AtTerminal {
  readonly code: number | null;
  /** Stdout and stderr, as they came. */
  readonly shown: string;
}

interface Person {
  readonly answer: string;
  /** Where the data goes: to the terminal too, or away. */
  readonly stdout?: 'shown' | 'away';
  /** What happens between question and answer. */
  readonly meanwhile?: () => Promise<unknown>;
}

const noTime = (): Promise<void> => Promise.resolve();

export function atTerminal(
  folder: string,
  args: readonly string[],
  { answer, stdout = 'shown', meanwhile = noTime }: Person,
): Promise<AtTerminal> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('python3', ['-c', SCRIPT, answer, stdout, process.execPath, MAIN, ...args], {
    cwd: folder,
    env: { PATH, HOME, TERM: 'dumb' },
    stdio: 'pipe',
  });
  let [shown, trouble] = ['', ''];
  let isAsked = false;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (isAsked || !shown.includes(QUESTION_END)) return;
    isAsked = true;
    void meanwhile().then(() => child.stdin.write('\n'));
  });
  child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (trouble === '') resolve({ code, shown: shown.replaceAll('\r\n', '\n') });
      else reject(new Error(trouble));
    });
  });
}
