import path from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../../../daemon/config/load.ts';
import { receiverProblems } from '../../../../../daemon/commands/validate/receivers.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const KEY = `whsec_${'A'.repeat(32)}`;

async function problemsOf(receiver: string, env: Record<string, string>): Promise<string[]> {
  const text = `reconcile: {mode: enforce}\nnotify:\n  - ${receiver}\n`;
  const folder = await tempFolder({ 'config.yaml': text });
  const config = loadConfig(path.join(folder, 'config.yaml'));
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const problems = await receiverProblems(config.value, env);
  return problems.map(({ severity, line, message }) => `${severity} ${line} ${message}`);
}

it.each([
  ['{type: slack, urlEnv: U}', { U: 'https://hooks.slack.com/x' }, []],
  ['{type: slack, urlEnv: U}', { U: 'http://127.0.0.1:1/x' }, []],
  ['{type: slack, urlEnv: U}', {}, ['warning 3 the environment variable U is not set here']],
  ['{type: slack, urlFile: absent}', {}, ['warning 3 the file FOLDER/absent cannot be read (ENOENT) here']],
  [
    '{type: feishu, urlEnv: U, secretEnv: S}',
    { U: 'https://open.feishu.cn/x' },
    ['warning 3 the environment variable S is not set here'],
  ],
  [
    '{type: slack, urlEnv: U}',
    { U: 'http://hooks.slack.com/hunter2' },
    [
      'error 3 the environment variable U: the URL must begin with https://, since it holds a token; http:// only on a loopback address',
    ],
  ],
  [
    '{type: slack, urlEnv: U}',
    { U: 'hunter2' },
    ['error 3 the environment variable U: it does not hold a URL such as https://HOST/PATH'],
  ],
  [
    '{type: slack, urlEnv: U}',
    { U: 'https://a:hunter2@h/' },
    ['error 3 the environment variable U: the URL may not hold a user name'],
  ],
  [
    '{type: webhook, urlEnv: U, secretEnv: S}',
    { U: 'https://h/', S: 'hunter2' },
    ['error 3 its secret is not `whsec_` and at least 24 characters of base64'],
  ],
  ['{type: webhook, urlEnv: U, secretEnv: S}', { U: 'https://h/', S: KEY }, []],
])('of %s with %o is told', async (receiver, env, problems) => {
  const found = await problemsOf(receiver, env);
  expect(found.map((text) => text.replace(/\/\S*\/absent/, 'FOLDER/absent'))).toEqual(problems);
  expect(found.join()).not.toContain('hunter2');
});
