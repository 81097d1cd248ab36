import { expect, it } from 'vitest';
import { parseGitUrl } from '../../../../../daemon/config/sections/git-url.ts';

it.each([
  ['https://git.example.com/net/policies.git', 'https'],
  ['ssh://git@git.example.com:2222/net/policies.git', 'ssh'],
  ['git@git.example.com:net/policies.git', 'ssh'],
  ['file:///srv/git/policies.git', 'local'],
  ['/srv/git/policies.git', 'local'],
  ['../policies.git', 'local'],
])('takes %s as a URL of kind %s', (text, kind) => {
  expect(parseGitUrl(text)).toMatchObject({ ok: true, value: { kind } });
});

it.each([
  'http://git.example.com/p.git',
  'git://git.example.com/p.git',
  'ext::sh -c whoami',
  'fd::7',
  '--upload-pack=whoami',
  'ssh://-oProxyCommand=whoami/p.git',
  '-oProxyCommand=whoami:p.git',
  'https://git.example.com/p.git?token=s3cret',
  'file://host/p.git',
  'git@git.example.com',
  'file:///srv/100%/p.git',
  'file:///srv/p%0a.git',
  'https://git.example.com/p.git\n',
  '',
])('refuses %j', (text) => {
  expect(parseGitUrl(text).ok).toBe(false);
});

it.each([
  'https://ada:s3cret@git.example.com/p.git',
  'https://s3cret@git.example.com/p.git',
  'ssh://git:s3cret@h/p',
])('refuses a URL with a secret in it without showing it: %#', (text) => {
  const parsed = parseGitUrl(text);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('s3cret');
});
