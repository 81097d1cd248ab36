// Every command's flags, in this process: what is refused, and with which words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError, type Io } from '../../../daemon/cli/io.ts';
import { createProgram } from '../../../daemon/program.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-commands-'));
  const accounts =
    'accounts: {default: {credentials: {type: emulator}, endpoint: embedded}}\nreconcile: {mode: enforce}\n';
  writeFileSync(path.join(folder, 'CONFIG'), accounts);
  writeFileSync(path.join(folder, 'OFF'), `${accounts}http: {listen: off}\n`);
  writeFileSync(path.join(folder, 'ANYPORT'), `${accounts}http: {listen: "127.0.0.1:0"}\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new Text(), new Text()];
  const io: Io = {
    stdin: () => Readable.from([]),
    stdout,
    stderr,
    env: {},
    cwd: folder,
    stopSignal: new AbortController().signal,
    argv: [],
    onReload: () => undefined,
  };
  const argv = ['node', 'rampart', ...command.replace('--config ', `--config ${folder}/`).split(' ')];
  try {
    return { code: await createProgram(io).run(argv), stdout: stdout.text, stderr: stderr.text };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 1, stdout: stdout.text, stderr: error.message };
  }
}

describe('refused with 1, nothing on stdout, and a reason', () => {
  test.each([
    ['history --config CONFIG', 'there is no journal'],
    ['pause --config CONFIG --for 1h --reason x', 'The first `rampart run` or `rampart apply` makes it'],
    ['resume --config CONFIG', 'there is no journal'],
    ['pause --for 1h', '--reason'],
    ['pause --reason x', '--for'],
    ['pause --reason x --for 1', 'write a number and a unit'],
    ['pause --reason x --for 400d', '366 days'],
    [`pause --for 1h --reason ${'x'.repeat(501)}`, 'write 1 to 500 characters'],
    ['history --since tuesday', 'write a duration'],
    ['history --limit 0', 'write a whole number'],
    ['history --limit 100001', 'write a whole number'],
    ['check --group g --protocol tcp --peer 1.2.3.4', '--direction'],
    ['check --group g --direction in --protocol tcp --peer 1.2.3.4', 'Allowed choices are ingress, egress'],
    ['check --direction ingress --protocol tcp --peer 1.2.3.4', '--group'],
    ['check --group g --direction ingress --protocol tcp', '--peer'],
    ['check --group g --direction ingress --protocol tcp --peer 1.2.3.4', '--port: tcp needs one'],
    ['pause extra --for 1h --reason x', 'too many arguments'],
    ['import --out x', '--region'],
    ['import --region cn-hangzhou', '--out'],
    ['import --region cn-hangzhou --out x --group web', 'write the id of a security group'],
    ['import --config CONFIG --region cn-hangzhou --out x --account prod', 'no account prod'],
    ['status --config OFF', '`http.listen` of the config is off'],
    ['status --config ANYPORT', 'port 0'],
    ['plam', 'Did you mean plan?'],
    ['plam --help', "unknown command 'plam'"],
    ['help plam', "unknown command 'plam'"],
    ['plam --version', "unknown command 'plam'"],
  ])('refused with 1, nothing on stdout, and a reason: %s', async (command, message) => {
    const { code, stdout, stderr } = await run(command);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('who asks for JSON gets the reason as a document too', () => {
  test.each([
    ['history --json --config CONFIG', 'there is no journal'],
    ['status --json --config OFF', '`http.listen` of the config is off'],
    ['plan --format json --config NOWHERE', 'there is no config'],
    ['plan --format=json --config NOWHERE', 'there is no config'],
    ['plan --json --nonsense', 'unknown option'],
  ])('who asks for JSON gets the reason as a document too: %s', async (command, message) => {
    const { code, stdout, stderr } = await run(command);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ version: 1, error: expect.stringContaining(message) as string });
    expect(stderr).toContain(message);
  });

  test('but none for help', async () => {
    const { code, stdout } = await run('plan --json --help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: /);
  });
});

describe('--help names the command, its exit codes or its flags', () => {
  test.each(['check', 'history', 'pause', 'resume', 'rollback', 'status', 'import', 'emulator'])(
    '--help names the command, its exit codes or its flags: %s',
    async (command) => {
      const { code, stdout } = await run(`${command} --help`);
      expect(code).toBe(0);
      expect(stdout).toContain(`rampart ${command}`);
      expect(stdout).toContain('--config');
    },
  );
});

test('the help of each command ends with an example, of which it names each flag', async () => {
  const { stdout } = await run('--help');
  const names = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) {2}/gm)].map(
    ([, name = '']) => name,
  );
  expect(names).toContain('completion');
  for (const name of names.filter((each) => each !== 'help')) {
    const help = (await run(`${name} --help`)).stdout;
    const [, example = ''] = /\nExample:\n {2}(rampart .*)\n$/.exec(help) ?? [];
    expect([name, example]).toEqual([name, expect.stringMatching(`^rampart ${name}( |$)`)]);
    for (const [flag] of example.matchAll(/--[a-z-]+/g))
      expect(help).toMatch(new RegExp(`^ {2}.*${flag}\\b`, 'm'));
  }
});

test('all commands are listed with a summary, and the nearest one to a slip is found', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  for (const name of ['run', 'validate', 'plan', 'apply', 'approve', 'resume', 'emulator', 'help']) {
    expect(stdout).toMatch(new RegExp(`^  ${name}\\b.* {2}\\w`, 'm'));
  }
  expect((await run('aprove x')).stderr).toContain('approve');
});
