// The mistakes that only the cloud, or a file that is not there, shows: one command each, in this process, against one
// emulator. What is right is known to the test, the key, variable or place that is to be mended is taken from the message.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UsageError, type Io } from '../../../daemon/cli/io.ts';
import { createProgram } from '../../../daemon/program.ts';
import { startTestEmulator, type TestEmulator } from '../../support/emulator.ts';
import { policyFor, wireGroup } from '../../support/estate.ts';
import { cured } from '../../support/mistakes/cure.ts';

const KEY = { accessKeyId: 'LTAI-right', accessKeySecret: 'the-right-secret' };
const RIGHT: Readonly<Record<string, string>> = {
  KEY_ID: KEY.accessKeyId,
  KEY_SECRET: KEY.accessKeySecret,
};

let emulator: TestEmulator;
let folder: string;

beforeAll(async () => {
  emulator = await startTestEmulator({
    credentials: [KEY],
    state: { securityGroups: [wireGroup('sg-web'), { ...wireGroup('sg-far'), RegionId: 'cn-beijing' }] },
  });
});
afterAll(() => emulator.close());

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-mistakes-'));
  mkdirSync(path.join(folder, 'policies'));
  write('policies/a.yaml', policyFor('sg-web', []));
  write('config.yaml', config());
  return () => rmSync(folder, { recursive: true });
});

const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

const config = (): string => `reconcile: {mode: enforce}
policies: {path: ${path.join(folder, 'policies')}}
accounts:
  default:
    credentials: {type: accessKey, accessKeyIdEnv: KEY_ID, accessKeySecretEnv: KEY_SECRET}
    endpoint: ${emulator.url}
`;

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** `rampart plan`: all that it says, and its exit code. */
async function plan(env: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const out = new Text();
  const io: Io = {
    stdin: () => Readable.from([]),
    stdout: out,
    stderr: out,
    env,
    cwd: process.cwd(),
    stopSignal: new AbortController().signal,
    argv: [],
    onReload: () => undefined,
  };
  const argv = ['node', 'rampart', 'plan', '--all', '--config', path.join(folder, 'config.yaml')];
  try {
    const code = await createProgram(io).run(argv);
    return { code, said: out.text };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 1, said: out.text + error.message };
  }
}

describe('mistakes that the cloud shows', () => {
  it.each([
    ['a wrong secret', 'KEY_SECRET', 'the-wrong-secret', 'SignatureDoesNotMatch'],
    ['an access key that is not there', 'KEY_ID', 'LTAI-wrong', 'InvalidAccessKeyId.NotFound'],
  ])(
    '%s is told with its account and the variable in which it stands',
    async (_what, variable, wrong, code) => {
      const first = await plan({ ...RIGHT, [variable]: wrong });
      expect([first.code, first.said]).toEqual([1, expect.stringContaining(code)]);
      expect(first.said).toContain('account default');
      expect(first.said).not.toContain(wrong);
      const [, named = ''] = /(?:secret|access key id) of the variable (\w+)/.exec(first.said) ?? [];
      expect(named).toBe(variable);
      expect(await plan({ ...RIGHT, [named]: RIGHT[named] ?? '' })).toMatchObject({ code: 0 });
    },
  );

  it('a variable that is not set is told by its name', async () => {
    const env = { KEY_ID: KEY.accessKeyId };
    const first = await plan(env);
    const [, named = ''] = /the environment variable (\w+) is not set/.exec(first.said) ?? [];
    expect([first.code, named]).toEqual([1, 'KEY_SECRET']);
    expect(await plan({ ...env, [named]: RIGHT[named] ?? '' })).toMatchObject({ code: 0 });
  });

  it('a group of another region is told with the place in the policy where its region stands', async () => {
    write('policies/a.yaml', policyFor('sg-far', []));
    const first = await plan(RIGHT);
    expect([first.code, first.said]).toEqual([
      1,
      expect.stringContaining('there is no group sg-far in cn-hangzhou'),
    ]);
    const [, file = '', line, column] = /write at (\S+):(\d+):(\d+) the `region`/.exec(first.said) ?? [];
    const at = path.resolve(file);
    const told = { line: Number(line), column: Number(column), hint: 'write `region: cn-beijing`' };
    writeFileSync(at, cured(readFileSync(at, 'utf8'), told));
    expect(await plan(RIGHT)).toMatchObject({ code: 0 });
  });

  it('a state file that is not there is told with its key', async () => {
    const embedded = 'accounts: {default: {credentials: {type: emulator}, endpoint: embedded}}\n';
    write('config.yaml', `reconcile: {mode: enforce}\n${embedded}emulator: {state: nowhere.json}\n`);
    const first = await plan({});
    expect(first.code).toBe(1);
    expect(first.said).toContain('`emulator.state`');
    expect(first.said).toContain('nowhere.json');
    const [, key] = /`emulator\.(\w+)` of/.exec(first.said) ?? [];
    expect([key, first.said]).toEqual([
      'state',
      expect.stringContaining('remove the key for an empty cloud'),
    ]);
    write('policies/a.yaml', 'version: 1\ngroups: []\n');
    write('config.yaml', `reconcile: {mode: enforce}\n${embedded}`);
    expect((await plan({})).said).not.toContain('emulator.state');
  });
});
