// Tests that need what not every machine has. Where it is missing they are left out, with a line that says so; with
// RAMPART_REQUIRE_ALL=1 (the gate, the release check) that is an error.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

const TOOLS = {
  git: () => ends('git', ['--version']),
  gpg: () => ends('gpg', ['--version']) && TOOLS.git(),
  // It has no flag that only shows its version; this asks for the fingerprint of nothing.
  'ssh-keygen': () =>
    spawnSync('ssh-keygen', ['-lf', '/dev/null'], { stdio: 'ignore' }).error === undefined && TOOLS.git(),
  // It must be started by its whole path.
  sshd: () => existsSync('/usr/sbin/sshd') && TOOLS['ssh-keygen'](),
  openssl: () => ends('openssl', ['version']) && TOOLS.git(),
  bash: () => ends('bash', ['-c', 'true']),
  // The commands of the pages need both.
  curl: () => ends('curl', ['--version']) && TOOLS.git(),
  jq: () => ends('jq', ['--version']),
  python3: () => ends('python3', ['-c', 'import pty']),
  promtool: () => ends('promtool', ['--version']),
  hadolint: () => ends('hadolint', ['--version']),
  shellcheck: () => ends('shellcheck', ['--version']),
  chromium: () => chromiumPath() !== null,
  'systemd-analyze': () => ends('systemd-analyze', ['--version']),
  // It may be there and not be allowed to trace.
  strace: () => ends('strace', ['-qq', '-o', '/dev/null', 'true']),
  '/dev/full': () => existsSync('/dev/full'),
  'IPv6 loopback': () => networkInterfaces().lo?.some(({ address }) => address === '::1') === true,
  // Who must be able to read this folder and to run this Node.js, which may lie below the home of the superuser.
  'unprivileged user': () =>
    process.getuid?.() !== 0 ||
    (ends('test', ['-r', import.meta.filename], NOBODY) && ends(process.execPath, ['--version'], NOBODY)),
} as const;
export type OptionalTool = keyof typeof TOOLS;

const NOBODY = { uid: 65534 };

/** How to start a process for which file permissions hold: the superuser, as whom tests may run, may write everything. */
export const UNPRIVILEGED = process.getuid?.() === 0 ? NOBODY : {};

/** Null: there is none. */
export function chromiumPath(): string | null {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  return process.env.RAMPART_TEST_CHROMIUM ?? found ?? null;
}

type Register = (title: string, body: () => void | Promise<void>) => void;

/** `it` or `describe`, for tests that need this tool. */
export function onlyWith(tool: OptionalTool, register: Register): Register {
  return TOOLS[tool]() ? register : (title) => leaveOut(title, tool);
}

/** Reports a test that this machine cannot run; throws if every test must run. */
export function leaveOut(
  title: string,
  tool: OptionalTool,
  { requireAll = process.env.RAMPART_REQUIRE_ALL === '1', print = console.warn } = {},
): void {
  const why = `"${title}" needs what this machine does not have: ${tool}`;
  if (requireAll) throw new Error(`RAMPART_REQUIRE_ALL=1, and ${why}`);
  print(`left out: ${why}`);
}

const ends = (command: string, args: readonly string[], user: { readonly uid?: number } = {}): boolean =>
  spawnSync(command, args, { stdio: 'ignore', ...user }).status === 0;
