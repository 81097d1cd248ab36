import { describe, expect, it } from 'vitest';
import { scrub } from '../../../../../daemon/ecs/transport/scrub.ts';

describe('scrub', () => {
  it.each([
    ['plain text stays', 'The specified rule does not exist.', 'The specified rule does not exist.'],
    [
      'a URL loses all but its origin',
      'at https://user:pw@host:8443/p?Signature=x&a=b failed',
      'at https://host:8443 failed',
    ],
    [
      'named values',
      'SecurityToken=abc&Signature=d%2Fe=&Other=1',
      'SecurityToken=[redacted]&Signature=[redacted]&Other=1',
    ],
    [
      'JSON',
      '{"AccessKeySecret":"abc","SecurityToken" : "d e","AccessKeyId":"id"}',
      '{"AccessKeySecret":[redacted],"SecurityToken" : [redacted],"AccessKeyId":"id"}',
    ],
    [
      'other spellings',
      'accessKeySecret: abc access_key_secret=abc',
      'accessKeySecret: [redacted] access_key_secret=[redacted]',
    ],
    [
      'encoded equals signs',
      'SecurityToken%3Dabc SecurityToken%253Dabc',
      'SecurityToken%3D[redacted] SecurityToken%253D[redacted]',
    ],
    ['the word signature alone', 'Specified signature is not matched', 'Specified signature is not matched'],
    ['the nonce of a signature', 'SignatureNonce=1', 'SignatureNonce=1'],
    [
      'the string to sign',
      'server string to sign is:POST&%2F&x\nmore',
      'server string to sign is [redacted]',
    ],
    ['control characters', 'one\r\n{"level":"error"}\u001b[31m\u2028two', 'one {"level":"error"} [31m two'],
  ])('%s', (_name, text, expected) => {
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
