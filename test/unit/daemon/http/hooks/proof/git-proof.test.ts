// Vectors are signed by openssl, or are those that the hosts publish.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { judgeProof } from '../../../../../../daemon/http/hooks/proof/git-proof.ts';

const SECRET = 'a secret of some length';
const BODY = Buffer.from('{"ref":"refs/heads/main"}');
const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const NOW_SECONDS = String(NOW_MS / 1000);

type Settings = Parameters<typeof judgeProof>[0];

/** The HMAC-SHA256 of openssl. */
const hmac = (key: Buffer | string, input: Buffer | string): Buffer =>
  execFileSync(
    'openssl',
    ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${Buffer.from(key).toString('hex')}`, '-binary'],
    { input },
  );

const HEX = hmac(SECRET, BODY).toString('hex');

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly secret?: string;
}

const judge = (provider: Settings['provider'], { headers, body = BODY, secret = SECRET }: Sent) =>
  judgeProof({ provider, proof: 'token', secretEnv: 'X' }, secret, {
    request: { headers, body },
    nowMs: NOW_MS,
  });

const generic = (proof: Settings['proof'], headers: Readonly<Record<string, string>>) =>
  judgeProof({ provider: 'generic', header: 'x-proof', proof, secretEnv: 'X' }, SECRET, {
    request: { headers, body: BODY },
    nowMs: NOW_MS,
  });

describe('a signature of the body', () => {
  it('is that of the example which GitHub publishes', async () => {
    const example = {
      secret: "It's a Secret to Everybody",
      body: Buffer.from('Hello, World!'),
      headers: {
        'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
    };
    expect(await judge('github', example)).toBe('proven');
    expect(await judge('github', { ...example, body: Buffer.from('Hello, World?') })).toBe('wrong-proof');
  });

  it.each([
    ['github', 'x-hub-signature-256', `sha256=${HEX}`],
    ['gitea', 'x-gitea-signature', HEX],
    ['forgejo', 'x-forgejo-signature', HEX],
    ['forgejo', 'x-gitea-signature', HEX],
  ] as const)('proves a hook of %s in the header %s', async (provider, header, value) => {
    expect(await judge(provider, { headers: { [header]: value } })).toBe('proven');
    expect(await judge(undefined, { headers: { [header]: value } })).toBe('proven');
    const wrong = [
      '',
      value.slice(0, -1),
      `${value}0`,
      value.toUpperCase(),
      `${value}, ${value}`,
      'sha256=',
      `sha1=${HEX}`,
    ];
    for (const other of wrong) {
      expect(await judge(provider, { headers: { [header]: other } })).toBe('wrong-proof');
    }
    expect(await judge(provider, { headers: { [header]: value }, secret: 'another secret' })).toBe(
      'wrong-proof',
    );
    expect(await judge(provider, { headers: { [header]: value }, body: Buffer.from('{}') })).toBe(
      'wrong-proof',
    );
    expect(await judge(provider, { headers: { [header]: value }, body: Buffer.alloc(0) })).toBe(
      'wrong-proof',
    );
  });

  it('of a generic host may have the prefix or not', async () => {
    expect(await generic('hmac', { 'x-proof': HEX })).toBe('proven');
    expect(await generic('hmac', { 'x-proof': `sha256=${HEX}` })).toBe('proven');
    expect(await generic('hmac', { 'x-proof': SECRET })).toBe('wrong-proof');
    expect(await generic('token', { 'x-proof': HEX })).toBe('wrong-proof');
  });
});

describe('a token', () => {
  it.each([
    ['gitlab', 'x-gitlab-token'],
    ['gitee', 'x-gitee-token'],
    ['codeup', 'x-codeup-token'],
  ] as const)('proves a hook of %s in the header %s', async (provider, header) => {
    expect(await judge(provider, { headers: { [header]: SECRET } })).toBe('proven');
    for (const wrong of ['', SECRET.slice(1), `${SECRET} `, `${SECRET}, ${SECRET}`]) {
      expect(await judge(provider, { headers: { [header]: wrong } })).toBe('wrong-proof');
    }
  });

  it('of a generic host stands in the header that the config names', async () => {
    expect(await generic('token', { 'x-proof': SECRET })).toBe('proven');
    expect(await generic('token', { 'x-other': SECRET })).toBe('no-proof');
  });
});

describe('a signature of Gitee', () => {
  const signed = (timestamp: string, secret = SECRET) => ({
    headers: {
      'x-gitee-timestamp': timestamp,
      'x-gitee-token': hmac(secret, `${timestamp}\n${secret}`).toString('base64'),
    },
  });

  it('covers the time, which may be an hour off', async () => {
    for (const offMs of [0, -3_600_000, 3_600_000]) {
      expect(await judge('gitee', signed(String(NOW_MS + offMs)))).toBe('proven');
    }
    for (const timestamp of [
      String(NOW_MS - 3_600_001),
      String(NOW_MS + 3_600_001),
      '',
      'now',
      `${NOW_MS}.0`,
    ]) {
      expect(await judge('gitee', signed(timestamp))).toBe('wrong-proof');
    }
    expect(await judge('gitee', signed(String(NOW_MS), 'another secret'))).toBe('wrong-proof');
  });
});

describe('a signing token of GitLab', () => {
  const KEY = Buffer.from('0123456789abcdef0123456789abcdef');
  const secret = `whsec_${KEY.toString('base64')}`;
  const signed = (timestamp = NOW_SECONDS, id = 'msg-1') => ({
    secret,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${hmac(KEY, `${id}.${timestamp}.${BODY.toString()}`).toString('base64')}`,
    },
  });

  it('signs id, time and body', async () => {
    const good = signed();
    expect(await judge('gitlab', good)).toBe('proven');
    expect(await judge('gitlab', { ...good, body: Buffer.from('{}') })).toBe('wrong-proof');
    const without = { 'webhook-signature': good.headers['webhook-signature'] };
    expect(await judge('gitlab', { secret, headers: without })).toBe('wrong-proof');
    expect(await judge('gitlab', { secret, headers: { ...good.headers, 'webhook-id': 'msg-2' } })).toBe(
      'wrong-proof',
    );
    expect(await judge('gitlab', { secret: secret.replace('whsec_', ''), headers: good.headers })).toBe(
      'wrong-proof',
    );
  });

  it('holds for five minutes either way', async () => {
    const at = (seconds: number) => String(NOW_MS / 1000 + seconds);
    for (const offSeconds of [-300, 300])
      expect(await judge('gitlab', signed(at(offSeconds)))).toBe('proven');
    for (const timestamp of [at(-301), at(301), '', '1e9', `${NOW_SECONDS}.5`]) {
      expect(await judge('gitlab', signed(timestamp))).toBe('wrong-proof');
    }
  });

  it('may stand among others, as while keys are rotated', async () => {
    const { headers } = signed();
    const among = (...others: string[]) => ({
      secret,
      headers: { ...headers, 'webhook-signature': [...others, headers['webhook-signature']].join(' ') },
    });
    expect(await judge('gitlab', among('v1,AAAA', 'v1a,BBBB'))).toBe('proven');
    expect(await judge('gitlab', among(...Array<string>(10).fill('v1,AAAA')))).toBe('wrong-proof');
  });

  it('is compared byte for byte where the body is no UTF-8', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const text = Buffer.concat([Buffer.from(`msg-1.${NOW_SECONDS}.`), body]);
    const headers = { ...signed().headers, 'webhook-signature': `v1,${hmac(KEY, text).toString('base64')}` };
    expect(await judge('gitlab', { secret, headers, body })).toBe('proven');
    const other = Buffer.from([0x7b, 0xfe, 0x7d]);
    expect(await judge('gitlab', { secret, headers, body: other })).toBe('wrong-proof');
  });
});

describe('the host that the config names', () => {
  it('alone counts, whatever else is proven', async () => {
    const headers = { 'x-gitlab-token': SECRET, 'x-gitea-signature': HEX };
    expect(await judge('github', { headers })).toBe('no-proof');
    expect(await judge('codeup', { headers })).toBe('no-proof');
    expect(await judge('gitlab', { headers })).toBe('proven');
  });

  it('proves nothing without a header', async () => {
    for (const provider of ['github', 'gitea', 'gitlab', 'gitee', 'codeup', undefined] as const) {
      expect(await judge(provider, { headers: {} })).toBe('no-proof');
    }
  });

  it('may send the signatures of other hosts as well, as Gitea does', async () => {
    const headers = { 'x-hub-signature-256': `sha256=${HEX}`, 'x-gitea-signature': HEX };
    expect(await judge(undefined, { headers })).toBe('proven');
    expect(await judge('gitea', { headers })).toBe('proven');
  });
});
