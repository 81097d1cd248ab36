import { describe, expect, it } from 'vitest';
import { createRedactor, redactDeep } from '../../../../daemon/telemetry/redact.ts';

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
  ])('goes for %s', (_name, text, expected) => {
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
