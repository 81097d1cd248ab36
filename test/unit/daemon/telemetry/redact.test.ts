import { describe, expect, it } from 'vitest';
import { createRedactor, redactDeep, scrub } from '../../../../daemon/telemetry/redact.ts';

const redact = createRedactor(() => ['topsecretvalue', 'topsecretvalue-and-longer', 'a b/c+d"e', '', 'ab']);

describe('redaction', () => {
  it.each([
    ['by value', 'key topsecretvalue!', 'key [redacted]!'],
    ['every time', 'topsecretvalue topsecretvalue', '[redacted] [redacted]'],
    ['the longer of two that overlap', 'topsecretvalue-and-longer.', '[redacted].'],
    ['percent-encoded', 'q=a%20b%2Fc%2Bd%22e&x=1', 'q=[redacted]&x=1'],
    ['percent-encoded twice', 'q=a%2520b%252Fc%252Bd%2522e&x=1', 'q=[redacted]&x=1'],
    ['escaped as in JSON', '{"k":"a b/c+d\\"e"}', '{"k":"[redacted]"}'],
    [
      'a signature in a query',
      '/?Action=X&Signature=OLea%3D&Version=1',
      '/?Action=X&Signature=[redacted]&Version=1',
    ],
    ['a token in a form', 'SecurityToken=CAIS%2Bx&Format=JSON', 'SecurityToken=[redacted]&Format=JSON'],
    ['a string to sign', 'POST&%2F&SecurityToken%253Dabc', 'POST&%2F&SecurityToken%253D[redacted]'],
    [
      'a secret in JSON',
      '{"accessKeySecret": "x\'y z", "id": 1}',
      '{"accessKeySecret": [redacted], "id": 1}',
    ],
    ['a secret in YAML', "access_key_secret: 'p q'\nnext: 1", 'access_key_secret: [redacted]\nnext: 1'],
    [
      'an authorization header',
      'Authorization: ACS3-HMAC-SHA256 Credential=I,Signature=s',
      'Authorization: [redacted]',
    ],
    ['a token header', 'x-acs-security-token: CAIS123', 'x-acs-security-token: [redacted]'],
    [
      'a password in a URL',
      'https://bot:hunter2@git.example.com/x.git',
      'https://[redacted]@git.example.com/x.git',
    ],
  ])('redacts %s', (_name, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'SignatureNonce=15215528852396&SignatureMethod=HMAC-SHA1',
    'The specified signature does not match',
    'rule 10 ab cd of sg-bp1web: tcp 443/443 from 203.0.113.0/24',
    'see https://help.aliyun.com/document_detail/25691.html or mail a@example.com',
    'Authorize of an existing rule',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('asks for the secrets each time, since they rotate', () => {
    const secrets: string[] = [];
    const late = createRedactor(() => secrets);
    expect(late('rotated-secret')).toBe('rotated-secret');
    secrets.push('rotated-secret');
    expect(late('rotated-secret')).toBe('[redacted]');
  });

  it('reaches strings at any depth and leaves the rest as it is', () => {
    const value = {
      a: 'topsecretvalue',
      b: [1, true, null, ['topsecretvalue', { c: 'x topsecretvalue' }]],
      d: 2,
    };
    expect(redactDeep(redact, value)).toEqual({
      a: '[redacted]',
      b: [1, true, null, ['[redacted]', { c: 'x [redacted]' }]],
      d: 2,
    });
  });

  it('cleans a stack', () => {
    const stack = new Error('POST failed with topsecretvalue').stack ?? '';
    expect(redact(stack)).not.toContain('topsecretvalue');
    expect(redact(stack)).toContain('redact.test.ts');
  });
});

describe('scrub', () => {
  it.each([
    ['leaves plain text alone', 'The specified rule does not exist.', 'The specified rule does not exist.'],
    [
      'cuts a URL to its origin',
      'at https://user:pw@host:8443/p?Signature=x&a=b failed',
      'at https://host:8443 failed',
    ],
    [
      'redacts named values',
      'SecurityToken=abc&Signature=d%2Fe=&Other=1',
      'SecurityToken=[redacted]&Signature=[redacted]&Other=1',
    ],
    [
      'redacts values in JSON',
      '{"AccessKeySecret":"abc","SecurityToken" : "d e","AccessKeyId":"id"}',
      '{"AccessKeySecret":[redacted],"SecurityToken" : [redacted],"AccessKeyId":"id"}',
    ],
    [
      'redacts other spellings of a name',
      'accessKeySecret: abc access_key_secret=abc',
      'accessKeySecret: [redacted] access_key_secret=[redacted]',
    ],
    [
      'redacts behind encoded equals signs',
      'SecurityToken%3Dabc SecurityToken%253Dabc',
      'SecurityToken%3D[redacted] SecurityToken%253D[redacted]',
    ],
    [
      'leaves the word signature alone',
      'Specified signature is not matched',
      'Specified signature is not matched',
    ],
    ['leaves the nonce of a signature alone', 'SignatureNonce=1', 'SignatureNonce=1'],
    [
      'redacts the string to sign',
      'server string to sign is:POST&%2F&x\nmore',
      'server string to sign is [redacted]',
    ],
    [
      'turns control characters into spaces',
      'one\r\n{"level":"error"}\u001b[31m\u2028two',
      'one {"level":"error"} [31m two',
    ],
  ])('scrub: %s', (_name, text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it('blots out known secrets in every encoding, but not the empty one', () => {
    const secret = 'a+/=b';
    const text = `${secret} ${encodeURIComponent(secret)} ${encodeURIComponent(encodeURIComponent(secret))} rest`;
    expect(scrub(text, [secret, ''])).toBe('[redacted] [redacted] [redacted] rest');
  });

  it('cuts at 500 characters and never within one', () => {
    const cut = scrub('😀'.repeat(600));
    expect(Array.from(cut)).toHaveLength(500);
    expect(cut.endsWith('😀…')).toBe(true);
  });
});

describe('a text that is too long to be looked at', () => {
  it.each([65_540, 400_000])('of %i letters loses its end, and no half of a secret stays', (length) => {
    const secret = 'topsecretvalue';
    for (const limit of [20_000, 65_536]) {
      for (let cut = 1; cut < secret.length; cut += 1) {
        const text = `${'x'.repeat(limit - cut)}${secret}`.padEnd(length, 'b');
        for (const shown of [redact(text), scrub(text, [secret])]) {
          expect([shown.length < 65_536, shown.includes('xt'), shown.at(-1)]).toEqual([true, false, '…']);
        }
      }
    }
  });

  it('shows nothing of a secret that stands after much that was taken out', () => {
    const urls = `http://h.example/${'x'.repeat(9990)} `.repeat(2).slice(0, 19_990);
    const shown = scrub(`${urls}topsecretvalue${'y'.repeat(400_000)}`, ['topsecretvalue']);
    expect(shown).not.toContain('top');
  });
});

describe('the processor time that redaction takes', () => {
  const LENGTH = 400_000;
  const filled = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length));

  // The goal is some milliseconds; a pattern that were quadratic in the text would take minutes.
  it.each([
    ['letters', filled('a')],
    ['schemes', filled('a://')],
    ['hosts', filled('http://a')],
    ['a host of foreign letters', `http://${filled('中')}`],
    ['URLs with foreign letters', filled('http://中 ')],
    ['credentials', filled('a://b:c@')],
    ['a name and spaces', `signature${filled(' ')}`],
    ['names and spaces', filled('signature   ')],
    ['names with open quotes', filled('password="x password=\'y ')],
    ['percent signs', `signature%${filled('25')}`],
    ['headers', filled('authorization: ')],
    ['half a header', `authorization${filled(' \n')}`],
    ['strings to sign', filled('string to sign i')],
    ['control characters', filled('\u0000 ')],
  ])('is linear in a text of %s', (_name, text) => {
    const begin = process.cpuUsage();
    redact(text);
    scrub(text, ['topsecretvalue']);
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(2000);
  });
});
