// The one-shot commands through the built binary: exit codes, output, and what they leave in the cloud.
import { statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { MAIN, Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';
const WIRE_HTTPS = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' };

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web', [WIRE_HTTPS])] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const dataUrl = (script: string): string => `data:text/javascript,${encodeURIComponent(script)}`;

describe('plan', () => {
  test('plan with changes: exit code 2, the steps are shown, nothing is written', async () => {
    const { code, stdout } = await workspace.run(['plan']);
    expect(code).toBe(2);
    expect(stdout).toContain('203.0.113.0/24');
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  });

  test('plan with nothing to do: exit code 0', async () => {
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
    expect(await workspace.run(['plan'])).toMatchObject({ code: 0 });
  });

  test('plan of a managed group: exit code 3, and it says why', async () => {
    await emulator.setState({
      securityGroups: [{ ...wireGroup('sg-web', [WIRE_HTTPS]), ServiceManaged: true }],
    });
    const { code, stdout } = await workspace.run(['plan', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      groups: [{ status: 'blocked', blockedBy: [{ kind: 'managed' }] }],
    });
  });

  test('plan of a group that does not exist: exit code 1, and the other groups are still planned', async () => {
    workspace.write('policies/gone.yaml', policyFor('sg-gone', [HTTPS]));
    const { code, stdout } = await workspace.run(['plan', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      groups: [
        { id: 'sg-gone', status: 'error' },
        { id: 'sg-web', status: 'pending', steps: [{ operation: 'AuthorizeSecurityGroup' }] },
      ],
    });
  });

  test('plan --json is one document, the same bytes on two runs', async () => {
    const first = await workspace.run(['plan', '--json']);
    const second = await workspace.run(['plan', '--json']);
    expect(second.stdout).toBe(first.stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({
      version: 1,
      summary: {
        calls: 1,
        add: 1,
        modify: 0,
        remove: 0,
        blocked: 0,
        observed: 0,
        unreadable: 0,
        differing: 1,
      },
      groups: [
        {
          account: 'default',
          region: 'cn-hangzhou',
          id: 'sg-web',
          mode: 'enforce',
          status: 'pending',
          hitless: true,
          diff: { missing: [{ ports: '22/22', peer: '203.0.113.0/24', source: { line: 7 } }], same: 1 },
        },
      ],
    });
  });

  test('plan --group of no policy: exit code 1 and a message', async () => {
    const { code, stderr } = await workspace.run(['plan', '--group', 'sg-nobody']);
    expect(code).toBe(1);
    expect(stderr).toContain('sg-nobody');
  });

  test('plan with broken policies: exit code 1, every problem with its place', async () => {
    workspace.write('policies/bad.yaml', 'version: 2\ngroups: []\nnonsense: 1\n');
    const { code, stderr, stdout } = await workspace.run(['plan', '--json']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.yaml:1:10:/);
    expect(stderr).toMatch(/bad\.yaml:3:1:/);
    expect(stderr).toBe(`rampart: ${(JSON.parse(stdout) as { readonly error: string }).error}\n`);
  });
});

describe('apply', () => {
  test('apply converges: exit code 0, and a plan after it is empty', async () => {
    const { code, stdout } = await workspace.run(['apply', '--yes', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      results: [{ id: 'sg-web', outcome: 'converged', changes: 1 }],
    });
    expect(await workspace.run(['plan'])).toMatchObject({ code: 0 });
  });

  test('apply of one rule reads the head of its group once, and its rules before, again and after', async () => {
    expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 0 });
    const actions = (await emulator.calls()).map(({ action }) => action);
    expect(actions.filter((action) => action === 'DescribeSecurityGroups')).toHaveLength(1);
    expect(
      actions.filter((action) => action === 'DescribeSecurityGroupAttribute').length,
    ).toBeLessThanOrEqual(3);
    expect(actions.filter((action) => !action.startsWith('Describe'))).toEqual(['AuthorizeSecurityGroup']);
  });

  test('apply with another hash than the plan has: exit code 1, nothing is written', async () => {
    const { code, stderr } = await workspace.run(['apply', '--plan', '0'.repeat(64)]);
    expect(code).toBe(1);
    expect(stderr).toContain('hash');
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  });

  test('apply with the hash that plan showed: exit code 0', async () => {
    const { stdout } = await workspace.run(['plan', '--json']);
    const { hash } = JSON.parse(stdout) as { hash: string };
    expect(await workspace.run(['apply', '--plan', hash])).toMatchObject({ code: 0 });
  });

  test('apply of a blocked group: exit code 3', async () => {
    await emulator.setState({
      securityGroups: [{ ...wireGroup('sg-web', [WIRE_HTTPS]), ServiceManaged: true }],
    });
    expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 3 });
  });

  test('apply that the cloud refuses: exit code 1, and the rest went through', async () => {
    await emulator.setFaults([
      {
        action: 'AuthorizeSecurityGroup',
        kind: 'error',
        code: 'InvalidParam.SourceIp',
        status: 400,
        count: 1,
      },
    ]);
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]).replace('priority', 'priority'));
    const { code, stdout } = await workspace.run(['apply', '--yes']);
    expect(code).toBe(1);
    expect(stdout).toContain('sg-web');
  });
});

describe('validate', () => {
  test('validate of clean policies: exit code 0', async () => {
    expect(await workspace.run(['validate'])).toMatchObject({ code: 0 });
  });

  test.each(['text', 'json', 'sarif', 'github'])(
    'problems as %s: exit code 1, the place is in it',
    async (format) => {
      workspace.write('policies/bad.yaml', 'version: 1\ngroups:\n  - {id: sg-1, region: x, ingres: []}\n');
      const { code, stdout } = await workspace.run(['validate', '--format', format]);
      expect(code).toBe(1);
      expect(stdout).toContain('bad.yaml');
      if (format === 'json' || format === 'sarif') expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    },
  );

  test('validate with a broken config: exit code 1, with place and suggestion', async () => {
    workspace.write('config.yaml', 'polices: {path: x}\n');
    const { code, stdout } = await workspace.run(['validate']);
    expect(code).toBe(1);
    expect(stdout).toContain('config.yaml:1:1:');
    expect(stdout).toContain('policies');
  });

  test('validate checks the paths that are named instead of the config’s', async () => {
    workspace.write('other/fine.yaml', policyFor('sg-other', [HTTPS]));
    workspace.write('policies/bad.yaml', '');
    expect(await workspace.run(['validate', 'other'])).toMatchObject({ code: 0 });
  });
});

describe('validate with an emulator', () => {
  test.each([
    ['is not there', null, 'ENOENT'],
    ['holds something else', '{"groups": []}', 'groups'],
    ['is no JSON', '{', 'JSON'],
  ])(
    'validate ends with 1 and the place of the key when the state file of the emulator %s',
    async (_, text, words) => {
      workspace.write('config.yaml', configFor(emulator.url, 'emulator:\n  state: state.json\n'));
      if (text !== null) workspace.write('state.json', text);
      const { code, stdout } = await workspace.run(['validate']);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^config\.yaml:9:10: error: the emulator cannot start .* \[emulator-state\]/);
      expect(stdout).toContain(words);
    },
  );
});

describe('the command line', () => {
  test.each([['run'], ['validate'], ['plan'], ['apply'], ['emulator']])('%s has --help', async (command) => {
    const { code, stdout } = await workspace.run([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`rampart ${command}`);
  });

  test.each([[['plan', '-h']], [['help', 'plan']]])('help of a command: %j', async (args) => {
    const { code, stdout } = await workspace.run(args);
    expect(code).toBe(0);
    expect(stdout).toContain('rampart plan');
  });

  test.each([['--version'], ['-V']])('rampart %s prints the version', async (flag) => {
    expect(await workspace.run([flag])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  test.each([['--version'], ['-V'], ['--help'], ['help']])(
    'rampart %s loads next to nothing',
    async (flag) => {
      const hooks = `import { writeSync } from 'node:fs';
    export const load = (url, context, next) => {
      if (url.startsWith('file:')) writeSync(2, url.replace(/^.*\\/(dist|node_modules)\\//, '') + '\\n');
      return next(url, context);
    }`;
      const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;
      const env = { NODE_OPTIONS: `--import ${dataUrl(register)}` };
      const loaded = async (...args: string[]) =>
        (await workspace.run(args, env)).stderr.trim().split('\n').sort();
      const small = await loaded(flag);
      expect(small.filter((file) => !file.startsWith('daemon/'))).toEqual([
        'commander/esm.mjs',
        'commander/index.js',
      ]);
      expect(small).toContain('daemon/main.js');
      const sizes = small
        .filter((file) => file.startsWith('daemon/'))
        .map((file) => statSync(path.join(path.dirname(MAIN), '..', file)).size);
      expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(30_000);
      const command = await loaded('plan', '--help');
      expect(command).toContainEqual(expect.stringMatching(/^daemon\/plan-\w+\.js$/));
      // Of the evaluator of guardrails' expressions, and of the log for people.
      expect(command.filter((file) => /^esm\/planner\.js|^pino-pretty/.test(file))).toEqual([]);
    },
  );

  test.each([
    [['plann']],
    [['plan', '--nonsense']],
    [['plan', '--format', 'xml']],
    [['emulator', '--quirk', 'a=b']],
  ])('a usage error ends with 1 and a hint: %j', async (args) => {
    const { code, stderr } = await workspace.run(args);
    expect(code).toBe(1);
    expect(stderr).toContain('--help');
  });
});

describe('emulator', () => {
  test('the emulator says its address first, its admin API answers, SIGTERM ends it with 0', async () => {
    const started = workspace.start(['emulator', '--quirk', 'describeLagMs=5', '--seed', '7']);
    const { url } = await started.event('emulator.listening');
    const quirks = (await (await fetch(`${String(url)}/_emulator/quirks`)).json()) as {
      describeLagMs: number;
    };
    expect(quirks.describeLagMs).toBe(5);
    expect(await started.stop()).toMatchObject({ code: 0 });
  });

  describe('with --config', () => {
    const CONFIG =
      'reconcile: {mode: enforce}\nemulator: {listen: "127.0.0.1:0", state: state.json, quirks: {describeLagMs: 7, ruleQuota: 3}, seed: 2}\n';

    async function answerOf(args: readonly string[], door: string): Promise<unknown> {
      const started = workspace.start(['emulator', ...args]);
      const { url } = await started.event('emulator.listening');
      return (await fetch(`${String(url)}/_emulator/${door}`)).json();
    }

    beforeEach(() => {
      workspace.write('emulator.yaml', CONFIG);
      workspace.write('config.yaml', CONFIG);
      workspace.write('state.json', JSON.stringify({ securityGroups: [wireGroup('sg-of-config')] }));
      workspace.write('other.json', JSON.stringify({ securityGroups: [wireGroup('sg-of-flag')] }));
    });

    test('the emulator starts as the config says, and flags win', async () => {
      const config = ['--config', 'emulator.yaml', '--log-level', 'warn'];
      const flags = ['--quirk', 'describeLagMs=5', '--state', 'other.json'];
      expect(await answerOf(config, 'state')).toMatchObject({
        securityGroups: [{ SecurityGroupId: 'sg-of-config' }],
      });
      expect(await answerOf([...config, ...flags], 'state')).toMatchObject({
        securityGroups: [{ SecurityGroupId: 'sg-of-flag' }],
      });
      expect(await answerOf([...config, ...flags], 'quirks')).toMatchObject({
        describeLagMs: 5,
        ruleQuota: 3,
      });
    });

    test('the emulator leaves a config alone that is not named', async () => {
      expect(await answerOf([], 'state')).toMatchObject({ securityGroups: [] });
    });

    test('the emulator names a broken config, and an address in use, in a sentence', async () => {
      workspace.write('broken.yaml', 'emulater: {}\n');
      expect(await workspace.run(['emulator', '--config', 'broken.yaml'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^rampart: the config cannot be used\nbroken\.yaml:1:1: /) as string,
      });
      expect(await workspace.run(['emulator', '--listen', emulator.endpoint])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^rampart: the emulator cannot listen: .*EADDRINUSE/) as string,
      });
    });
  });
});
