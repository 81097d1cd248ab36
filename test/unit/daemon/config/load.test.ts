import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig, loadConfigIfAny, parseConfig } from '../../../../daemon/config/load.ts';
import type { Config } from '../../../../daemon/config/config.ts';
import { DEFAULT_BRAKE } from '../../../../reconciler/plan/safety.ts';
import { runs } from '../../../support/runs.ts';
import { prefix } from '../../../support/rule-sets.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const MODE = 'reconcile: {mode: enforce}\n';

/** The config of this text; with the one key that must be there if it has no section of that key. */
function configOf(text: string, file = 'config.yaml'): Config {
  const result = parseConfig(text.includes('reconcile:') ? text : `${text}\n${MODE}`, file);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const verifyText = (keys: string): string =>
  `policies: {source: git, git: {url: "https://example.com/x.git", verify: {${keys}}}}`;

const NO_MODE = 'the key "mode" is missing';

/** `LINE:COLUMN CODE`, and all that is said, of each problem but that of a missing mode. */
function problemsOf(text: string): Array<[place: string, words: string]> {
  const result = parseConfig(text, 'config.yaml');
  const problems = result.ok ? [] : result.error.filter(({ message }) => message !== NO_MODE);
  return problems.map(({ line, column, code, message, hint }) => [
    `${line}:${column} ${code}`,
    `${message} ${hint}`,
  ]);
}

const places = (text: string) => problemsOf(text).map(([place]) => place);

it('a policy file is told as such, once', () => {
  expect(problemsOf('version: 1\ngroups: []\n')).toEqual([
    [
      '1:1 config-unreadable',
      'this is a policy file, not a config name the config with `--config FILE`; it says by `policies.path` where policies lie',
    ],
  ]);
});

describe('defaults', () => {
  it('hold for every key that is left out', () => {
    expect(configOf(MODE)).toEqual({
      file: 'config.yaml',
      policies: {
        source: 'directory',
        path: 'policies',
        requireClean: false,
        settleSeconds: 10,
        limits: { files: 20_000, bytes: 268_435_456, bytesPerFile: 2_097_152 },
        git: null,
      },
      accounts: {
        default: { credentials: { type: 'default' }, endpoint: { kind: 'regional' }, apiLevel: 'auto' },
      },
      reconcile: {
        resyncSeconds: 300,
        probeSeconds: 60,
        mode: 'enforce',
        concurrency: 64,
        modify: 'prefer',
        maxModifyPerPlan: 20,
        fallback: 'neverOpen',
        batchesAtomic: false,
        settleSeconds: 0,
        lagSeconds: 60,
        ruleQuota: 1000,
        groupReferenceQuota: 20,
        brake: { rules: 20, percent: 30, groups: 10, perHour: 20, opens: 'internet', takeover: 'approve' },
        freeze: [],
        expiryNoticeHours: [168, 24],
        breakGlass: { maxHours: null },
      },
      guardrails: { file: '', entries: [], places: {} },
      privateNetworks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(prefix),
      limits: {
        default: { ratePerMinute: 60 },
        DescribeSecurityGroups: { ratePerMinute: 300 },
        DescribeSecurityGroupAttribute: { ratePerMinute: 300 },
      },
      attribution: { actiontrail: false, endpoint: null },
      journal: { url: '.rampart/journal.db', shards: 1, leaseSeconds: 3 },
      notify: [],
      http: { listen: { host: '127.0.0.1', port: 8481 }, hooks: 'off' },
      metrics: { perGroup: 'problems' },
      log: { level: 'info', format: 'auto' },
      emulator: { listen: { host: '127.0.0.1', port: 0 }, state: null, quirks: {}, seed: 1, tls: 'off' },
    });
  });

  it('hold for an empty section too', () => {
    const sections = 'policies: {}\njournal: {}\nhttp: {}\nlog: {}\nemulator: {}\n';
    expect(configOf(sections)).toEqual(configOf(MODE));
  });

  it('leave the other keys of a section alone', () => {
    expect(configOf('reconcile: {mode: enforce, modify: auto}').reconcile).toEqual({
      ...configOf(MODE).reconcile,
      modify: 'auto',
    });
  });
});

describe('values', () => {
  it('are frozen to the last leaf', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(configOf('limits: {RevokeSecurityGroup: {ratePerMinute: 5}}'))).toBe(true);
    expect(frozen(configOf(MODE))).toBe(true);
  });

  it('know no account that is not named, whatever it is called', () => {
    expect(configOf('accounts: {one: {credentials: {type: default}}}').accounts.constructor).toBeUndefined();
  });

  it.each([
    ['{actiontrail: true}', { actiontrail: true, endpoint: null }],
    [
      '{endpoint: actiontrail.example.com}',
      { actiontrail: false, endpoint: 'https://actiontrail.example.com' },
    ],
  ])('attribution %s', (text, attribution) => {
    expect(configOf(`attribution: ${text}`).attribution).toEqual(attribution);
  });

  it.each([
    ['off', null],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['"[::1]:8481"', { host: '::1', port: 8481 }],
  ])('http.listen %s', (text, listen) => {
    expect(configOf(`http: {listen: ${text}}`).http.listen).toEqual(listen);
  });

  it.each([
    ['{credentials: {type: ecsRamRole}}', { kind: 'regional' }],
    ['{credentials: {type: emulator}, endpoint: embedded}', { kind: 'embedded' }],
    [
      '{credentials: {type: emulator}, endpoint: "http://emulator:8480/"}',
      { kind: 'fixed', origin: 'http://emulator:8480' },
    ],
    [
      '{credentials: {type: default}, endpoint: ecs-vpc.cn-hangzhou.aliyuncs.com}',
      { kind: 'fixed', origin: 'https://ecs-vpc.cn-hangzhou.aliyuncs.com' },
    ],
    [
      '{credentials: {type: default}, endpoint: "http://127.0.0.1:8480"}',
      { kind: 'fixed', origin: 'http://127.0.0.1:8480' },
    ],
  ])('endpoint of %s', (account, endpoint) => {
    expect(configOf(`accounts: {one: ${account}}`).accounts.one?.endpoint).toEqual(endpoint);
  });

  it.each([
    ['off', 'off'],
    ['{}', DEFAULT_BRAKE],
    ['{rules: 5, opens: "off"}', { ...DEFAULT_BRAKE, rules: 5, perHour: 5, opens: 'off' }],
    ['{rules: 5, perHour: 50}', { ...DEFAULT_BRAKE, rules: 5, perHour: 50 }],
  ])('reconcile.brake of `%s` is complete', (text, brake) => {
    expect(configOf(`reconcile: {mode: enforce, brake: ${text}}`).reconcile.brake).toEqual(brake);
  });

  it('limits keep what is named, and the default for the rest', () => {
    expect(configOf('limits: {ModifySecurityGroupRule: {ratePerMinute: 6}}').limits).toEqual({
      default: { ratePerMinute: 60 },
      ModifySecurityGroupRule: { ratePerMinute: 6 },
    });
  });
});

describe('relative paths start from the folder of the config file', () => {
  const text = `
policies: {path: rules}
journal: {url: data/journal.db}
emulator: {state: state.json}
accounts:
  key: {credentials: {type: accessKey, accessKeyIdEnv: KEY_ID, accessKeySecretFile: secrets/key}}
  role:
    credentials:
      type: assumeRole
      roleArn: acs:ram::1234567890:role/rampart
      source: {type: oidc, oidcTokenFile: /var/run/token}
`;

  it.each([
    ['config.yaml', ''],
    ['deploy/config.yaml', 'deploy/'],
    ['/etc/rampart/config.yaml', '/etc/rampart/'],
    ['../config.yaml', '../'],
  ])('relative paths start from the folder of the config file: of %s', (file, folder) => {
    const config = configOf(text, file);
    expect(config.policies.path).toBe(`${folder}rules`);
    expect(config.journal.url).toBe(`${folder}data/journal.db`);
    expect(config.emulator.state).toBe(`${folder}state.json`);
    expect(config.accounts.key?.credentials).toEqual({
      type: 'accessKey',
      accessKeyIdEnv: 'KEY_ID',
      accessKeySecretFile: `${folder}secrets/key`,
    });
    expect(config.accounts.role?.credentials).toMatchObject({ source: { oidcTokenFile: '/var/run/token' } });
  });

  it('but absolute ones stay', () => {
    expect(configOf('policies: {path: /srv/policies}', 'deploy/config.yaml').policies.path).toBe(
      '/srv/policies',
    );
  });
});

describe('problems', () => {
  it('come all at once, in reading order', () => {
    const text = `policys: {}
policies:
  pth: x
reconcile:
  mode: enforced
  concurrency: 0
accounts:
  one:
    credentials: {type: emulatr}
    endpoint: https://example.com/path
emulator: {quirks: {describeLagMS: 3}}
`;
    expect(places(text)).toEqual([
      '1:1 unknown-key',
      '3:3 unknown-key',
      '5:9 unknown-value',
      '6:16 out-of-range',
      '9:25 unknown-value',
      '10:15 bad-value',
      '11:21 unknown-key',
    ]);
  });

  it.each([
    ['policys: {}', '1:1 unknown-key', 'did you mean "policies"?'],
    ['reconcile: {resync: 5}', '1:13 unknown-key', 'did you mean "resyncSeconds"?'],
    ['limits: {RevokeSecurityGroups: {}}', '1:10 unknown-key', 'did you mean "RevokeSecurityGroup"?'],
    ['limits: {default: {perMinute: 1}}', '1:20 unknown-key', 'the keys here are ratePerMinute'],
    ['accounts: {a: {credential: {type: default}}}', '1:16 unknown-key', 'did you mean "credentials"?'],
    ['accounts: {a: {}}', '1:12 missing-key', 'the key "credentials" is missing'],
    ['accounts: {a: {credentials: {}}}', '1:16 missing-key', 'the key "type" is missing'],
    [
      'accounts: {a: {credentials: {type: x}}}',
      '1:36 unknown-value',
      'write emulator or accessKey or default',
    ],
    ['accounts: {}', '1:11 bad-value', 'name one account at least'],
    ['accounts: {a/b: {credentials: {type: default}}}', '1:12 bad-name', 'named by up to 63 letters'],
    ['accounts: [default]', '1:11 wrong-type', '"accounts" must be a mapping'],
    ['reconcile: {mode: Enforce}', '1:19 unknown-value', 'did you mean "enforce"?'],
    ['reconcile: {resyncSeconds: 0}', '1:28 out-of-range', 'must be at least 1'],
    ['reconcile: {resyncSeconds: 86401}', '1:28 out-of-range', 'must be at most 86400'],
    ['reconcile: {resyncSeconds: 5s}', '1:28 wrong-type', 'must be a whole number'],
    ['reconcile: {batchesAtomic: yes}', '1:28 wrong-type', 'must be true or false'],
    ['reconcile: {mode: }', '1:13 no-value', 'has no value'],
    ['policies: {source: git, git: {url: /r, pth: x}}', '1:40 unknown-key', 'did you mean "path"?'],
    [
      'policies: {source: git, git: {url: /r, verify: {mod: head}}}',
      '1:49 unknown-key',
      'did you mean "mode"?',
    ],
    ['reconcile: {brake: {percnt: 1}}', '1:21 unknown-key', 'did you mean "percent"?'],
    ['reconcile: {brake: {percent: 101}}', '1:30 out-of-range', 'must be at most 100'],
    ['reconcile: {brake: {opens: on}}', '1:28 unknown-value', 'write internet or off'],
    ['reconcile: {brake: {takeover: never}}', '1:31 unknown-value', 'write approve or auto'],
    ['reconcile: {brake: none}', '1:20 unknown-value', 'write `off`'],
    ['reconcile: {brake: [1]}', '1:20 unknown-value', 'write off'],
    ['reconcile:', '1:1 no-value', 'write a mapping, or remove the key'],
    ['policies: {path: ""}', '1:18 bad-value', 'write a path'],
    ['policies: {path: 7}', '1:18 wrong-type', 'put it in quotes'],
    ['log: {level: loud}', '1:14 unknown-value', 'write debug or info or warn or error'],
    ['log: {level: trace}', '1:14 unknown-value', 'write `debug`'],
    ['http: {listen: 8481}', '1:16 wrong-type', 'write `127.0.0.1:8481`'],
    ['http: {listen: "8481"}', '1:16 bad-value', 'write ADDRESS:PORT'],
    ['emulator: {listen: off}', '1:20 bad-value', 'write ADDRESS:PORT'],
    ['emulator: {seed: -1}', '1:18 out-of-range', 'must be at least 0'],
    ['emulator: {quirks: {apiLevel: legacy}}', '1:31 unknown-value', 'write current or legacy2019'],
    ['journal: {url: ":memory:"}', '1:16 bad-value', 'write the path of a file'],
    ['journal: {url: "file:x.db"}', '1:16 bad-value', 'write the path of a file'],
    ['journal: {url: ""}', '1:16 bad-value', 'write the path of a file'],
    ['policies: {source: git}', '1:11 bad-value', 'source: git needs'],
    ['policies: {git: {url: "https://example.com/x.git"}}', '1:11 bad-value', 'only for `source: git`'],
    [verifyText('mode: head'), '1:80 bad-value', 'name whose signatures count'],
    [verifyText('mode: tag, allowedSigners: f'), '1:30 bad-value', '`verify.mode: tag` follows tags'],
    [verifyText('allowedSigners: f'), '1:73 bad-value', 'under mode none nothing is verified'],
    [verifyText('mode: none, minSigners: 2'), '1:80 bad-value', 'write head, strict or tag'],
    [verifyText('revocationFile: f'), '1:90 bad-value', 'only for the keys of allowedSigners'],
    [verifyText('gpgKeyring: d'), '1:73 bad-value', 'being in the ring is not enough'],
    [verifyText(`gpgFingerprints: [${'A'.repeat(40)}]`), '1:91 bad-value', 'needs gpgKeyring'],
    [verifyText('gpgFingerprints: [ABCD]'), '1:92 bad-value', 'the full fingerprint of the primary key'],
    [verifyText('platformKeys: [ABCD]'), '1:89 bad-value', 'write SHA256:…'],
    [verifyText('since: abc'), '1:81 bad-value', 'the full id of a commit'],
    [verifyText('minSigners: 3'), '1:86 out-of-range', 'must be at most 2'],
    [verifyText('authors: [a=b=c]'), '1:84 bad-value', 'SIGNER=ADDRESS'],
    [
      verifyText(`gpgKeyring: d, gpgFingerprints: [${'a'.repeat(40)}], minSigners: 2`),
      '1:73 bad-value',
      `say whose key ${'A'.repeat(40)} is`,
    ],
  ])('says of `%s` where and what is wrong', (text, place, words) => {
    expect(problemsOf(text)).toContainEqual([place, expect.stringContaining(words)]);
  });

  it.each([
    [
      "reconcile: {mode: enforce, freeze: [{name: a, schedule: '0 25 * * *', durationHours: 1}]}",
      '1:57 bad-value',
    ],
    [
      "reconcile: {mode: enforce, freeze: [{name: a, schedule: '0 0 31 2 *', durationHours: 1}]}",
      '1:57 bad-value',
    ],
    [
      "reconcile: {mode: enforce, freeze: [{name: a, schedule: '0 0 * * *', durationHours: 1, timeZone: Mars}]}",
      '1:98 bad-value',
    ],
    ['reconcile: {confirm: true}', '1:13 unknown-key'],
  ])('refuse what a later version brings, and do not ignore it: %s', (text, place) => {
    expect(places(text)).toEqual([place]);
  });

  it('take a journal in a database', () => {
    const url = 'postgres://rampart@db.internal/rampart?sslmode=verify-full';
    expect(configOf(`journal: {url: "${url}", shards: 4}`).journal).toEqual({
      url,
      shards: 4,
      leaseSeconds: 3,
    });
  });

  it.each([
    ['url: "postgres://me:secret@db/rampart"', '1:16 bad-value', 'PGPASSFILE'],
    ['url: "postgres://db"', '1:16 bad-value', 'must name a database'],
    ['url: "postgres://db/rampart?sslmode=prefer"', '1:16 bad-value', 'verify-full'],
    ['shards: 2', '1:19 bad-value', 'only with postgres://'],
    ['url: data.db, leaseSeconds: 3', '1:39 bad-value', 'only with postgres://'],
    ['url: "postgres://db/rampart", shards: 0', '1:49 out-of-range', 'at least 1'],
  ])('refuse a journal with {%s}', (journal, place, message) => {
    expect(problemsOf(`journal: {${journal}}`)).toEqual([[place, expect.stringContaining(message)]]);
  });

  it.each([
    ['two documents', 'log: {}\n---\nlog: {}\n', 'several-documents'],
    ['broken YAML', 'log: {level: [\n', 'yaml-syntax'],
    ['a mapping with a key twice', 'log: {}\nlog: {}\n', 'duplicate-key'],
    ['a value with an unknown tag', 'log: !x {}\n', 'yaml-syntax'],
    ['a number that can be misread', 'emulator: {seed: 010}\n', 'number-form'],
    ['an empty file', '', 'no-value'],
    ['nothing but comments', '# policies: {}\n', 'no-value'],
    ['a list', '- a\n', 'wrong-type'],
  ])('is refused if it is %s', (_, text, code) => {
    expect(places(text)).toContainEqual(expect.stringMatching(new RegExp(`^\\d+:\\d+ ${code}$`)));
  });
});

describe('the mode', () => {
  it.each([
    ['without any section', 'log: {}\n', '1:1'],
    ['without the key', 'log: {}\nreconcile: {modify: auto}\n', '2:1'],
    ['with an empty section', '\nreconcile: {}\n', '2:1'],
  ])('has to be written: a config %s is refused with its place and the three modes', (_, text, place) => {
    const result = parseConfig(text, 'config.yaml');
    const [problem, ...others] = result.ok ? [] : result.error;
    expect(others).toEqual([]);
    expect([problem?.message, `${problem?.line}:${problem?.column}`]).toEqual([NO_MODE, place]);
    for (const mode of ['enforce', 'additive', 'observe']) expect(problem?.hint).toContain(mode);
  });
});

describe('a number that cannot be is one problem', () => {
  it.each([
    ['below its bounds', '-1', 'out-of-range'],
    ['misread and out of bounds', '0x0', 'number-form'],
    ['no whole number', '1.5', 'number-form'],
    ['infinite', '-.inf', 'number-form'],
  ])('a number that cannot be is one problem: if it is %s', (_, text, code) => {
    expect(places(`reconcile: {resyncSeconds: ${text}}`)).toEqual([`1:28 ${code}`]);
  });
});

describe('emulator and cloud are not mixed up', () => {
  it.each([
    ['{credentials: {type: default}, endpoint: embedded}', 'takes only credentials of type emulator'],
    ['{credentials: {type: emulator}}', 'need an endpoint'],
    ['{credentials: {type: default}, endpoint: "http://ecs.aliyuncs.com"}', 'plain http'],
    ['{credentials: {type: default}, endpoint: "https://u:p@ecs.aliyuncs.com"}', 'may not hold a user name'],
  ])('refuses the account %s', (account, words) => {
    const problems = problemsOf(`accounts: {one: ${account}}`);
    expect(problems).toEqual([[expect.stringContaining('bad-value'), expect.stringContaining(words)]]);
  });
});

it('ActionTrail is not asked over plain http, where the request could be read', () => {
  expect(problemsOf('attribution: {endpoint: "http://actiontrail.example.com"}')).toEqual([
    [expect.stringContaining('bad-value'), expect.stringContaining('plain http')],
  ]);
});

describe('secrets', () => {
  const SECRET = 'hunter2';

  it.each([
    `accounts: {a: {credentials: {type: accessKey, accessKeySecret: ${SECRET}}}}`,
    `accounts: {a: {credentials: {type: accessKey, accessKeyIdEnv: ${SECRET}, accessKeySecretEnv: ${SECRET}}}}`,
    `accounts: {a: {credentials: {type: ${SECRET}}}}`,
    `accounts: {a: {credentials: ${SECRET}}}`,
    `accounts: {a: {credentials: {type: default}, endpoint: "https://key:${SECRET}@example.com"}}`,
    `accounts: {a: {credentials: {type: default}, apiLevel: ${SECRET}}}`,
    `accounts: {a: {credentials: {type: uri, uri: "http://example.com/${SECRET}"}}}`,
    `journal: {url: "postgres://user:${SECRET}@db/rampart"}`,
    `http: {listen: ${SECRET}}`,
    `log: {level: ${SECRET}, format: ${SECRET}}`,
    `reconcile: {resyncSeconds: ${SECRET}, mode: ${SECRET}}`,
    `emulator: {quirks: {apiLevel: ${SECRET}, rateLimits: ${SECRET}}}`,
    `guardrails: [${SECRET}]`,
  ])('in the wrong place are refused and never quoted: %s', (text) => {
    const problems = problemsOf(text);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });
});

describe('loadConfig', () => {
  it('reads a file, and places its problems', async () => {
    const folder = await tempFolder({
      'good.yaml': `log: {level: warn}\n${MODE}`,
      'bad.yaml': `\nlogs: {}\n${MODE}`,
    });
    expect(loadConfig(path.join(folder, 'good.yaml'))).toMatchObject({
      ok: true,
      value: { log: { level: 'warn' }, policies: { path: path.join(folder, 'policies') } },
    });
    const file = path.join(folder, 'bad.yaml');
    expect(loadConfig(file)).toMatchObject({ ok: false, error: [{ file, line: 2, column: 1 }] });
  });

  it.each([
    ['a file that is not there', 'nowhere.yaml', 'there is no config'],
    ['a folder', 'folder', 'not a regular file'],
    ['a pipe, which no one may ever write to', 'pipe', 'not a regular file'],
    ['a circle of links through a file', 'file/config.yaml', 'ENOTDIR'],
    ['a file that is not UTF-8', 'latin1.yaml', 'not valid UTF-8'],
    ['a file beyond the bound', 'large.yaml', '262144 at most'],
  ])('refuses %s', async (_, name, words) => {
    const folder = await tempFolder({
      'large.yaml': `#${'x'.repeat(256 * 1024)}`,
      file: '',
      'latin1.yaml': new Uint8Array([0x23, 0xfc]),
    });
    await mkdir(path.join(folder, 'folder'));
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    expect(loadConfig(path.join(folder, name))).toMatchObject({
      ok: false,
      error: [{ message: expect.stringContaining(words) as string }],
    });
  });

  describe('without a name', () => {
    const enter = async (files: Readonly<Record<string, string>>): Promise<string> => {
      const home = process.cwd();
      const folder = await tempFolder(files);
      process.chdir(folder);
      onTestFinished(() => process.chdir(home));
      return folder;
    };

    it('takes config.yaml of the working directory', async () => {
      await enter({ 'config.yaml': 'reconcile: {mode: observe, concurrency: 2}' });
      expect(loadConfig(null)).toMatchObject({
        ok: true,
        value: {
          file: 'config.yaml',
          policies: { path: 'policies' },
          reconcile: { mode: 'observe', concurrency: 2 },
        },
      });
    });

    it('an empty config.yaml is no config', async () => {
      await enter({ 'config.yaml': '' });
      expect([loadConfig(null).ok, loadConfigIfAny(null).ok]).toEqual([false, false]);
    });

    it('no config.yaml is a problem for who needs one, and nothing for who does not', async () => {
      await enter({});
      expect(loadConfig(null)).toMatchObject({ ok: false, error: [{ code: 'no-config' }] });
      expect(loadConfigIfAny(null)).toEqual({ ok: true, value: null });
      expect(loadConfigIfAny('config.yaml')).toMatchObject({ ok: false, error: [{ code: 'no-config' }] });
    });

    it.each([
      ['the other spelling', ['config.yml'], null, ['config.yml']],
      ['the example', ['config.example.yaml', 'values.yaml'], null, ['config.example.yaml']],
      ['a slip of the hand', ['confg.yaml', 'compose.yaml'], null, ['confg.yaml']],
      ['another case', ['Config.yaml'], null, ['Config.yaml']],
      ['several', ['config.example.yaml', 'config.yml'], null, ['config.yml', 'config.example.yaml']],
      [
        'a near name of another config',
        ['prod.yml', 'config.yaml'],
        'prod.yaml',
        ['prod.yml', 'config.yaml'],
      ],
      ['nothing', ['policies.json', 'note.txt'], null, ['--config FILE']],
    ])('names what it looked for and what lies near: %s', async (_, files, wanted, named) => {
      const folder = await enter(Object.fromEntries(files.map((file) => [file, ''])));
      const result = loadConfig(wanted);
      const [problem] = result.ok ? [] : result.error;
      expect(problem?.message).toBe(`there is no config ${path.join(folder, wanted ?? 'config.yaml')}`);
      const places = named.map((name) => problem?.hint.indexOf(name) ?? -1);
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const file of files.filter((each) => !named.includes(each)))
        expect(problem?.hint).not.toContain(file);
    });

    it('one in the folder above lies near too', async () => {
      const folder = await enter({ 'config.yaml': MODE });
      await mkdir(path.join(folder, 'policies'));
      process.chdir(path.join(folder, 'policies'));
      expect(loadConfig(null)).toMatchObject({
        error: [{ hint: expect.stringContaining('`--config ../config.yaml`') as string }],
      });
    });
  });
});

describe('whatever the file holds', () => {
  it('is a config or a list of placed problems, never an exception', () => {
    const word = fc.constantFrom(
      'accounts',
      'credentials',
      'type',
      'emulator',
      'limits',
      'default',
      '__proto__',
      '8',
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue({ maxDepth: 1 }),
        word,
        fc.dictionary(word, tie('node')),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          tree.map((value) => JSON.stringify(value, null, 1)),
        ),
        (text) => {
          const result = parseConfig(text, 'config.yaml');
          if (result.ok) return;
          expect(result.error.length).toBeGreaterThan(0);
          for (const { file, line, column, message } of result.error) {
            expect(file).toBe('config.yaml');
            expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
            expect(message).not.toBe('');
          }
        },
      ),
      runs(200),
    );
  });
});
