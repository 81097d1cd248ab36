import { describe, expect, it } from 'vitest';
import { readSshOutput } from '../../../../../../daemon/source/verify/signature/ssh-output.ts';

const KEY = 'SHA256:cKQ8gvhxHOFm34lPxLsZ17ToTbu6sA3Z6/EU8qXGZoQ';
const GOOD = `Good "git" signature for alice@example.com,alice with ED25519 key ${KEY}`;
const UNLISTED = `Good "git" signature with ED25519 key ${KEY}`;
const ABOUT_A_LINE = '/tmp/x/allowed_signers:1: key has expired: verify time 2026 > valid-before 2020';

describe('what ssh-keygen says of a signature', () => {
  it.each([GOOD, `${ABOUT_A_LINE}\n${GOOD}`, `${GOOD}\n${ABOUT_A_LINE}`])('is a signer in %j', (text) => {
    expect(readSshOutput(text, true)).toEqual({
      ok: true,
      value: { keys: [KEY], names: ['alice@example.com', 'alice'] },
    });
  });

  it.each([
    ['it failed', GOOD, false],
    ['it said nothing', '', true],
    ['it said more', `${GOOD}\nwarning: ssh signing revocation file configured but not found: x`, true],
    ['it named no one', UNLISTED, true],
    ['it named two', `${GOOD}\n${GOOD}`, true],
    ['it is another use', GOOD.replace('"git"', '"file"'), true],
    ['the fingerprint is cut', GOOD.slice(0, -1), true],
    ['it could not be run', 'error: cannot run ssh-keygen: No such file or directory', false],
  ])('is unexpected where %s', (_, text, succeeded) => {
    expect(readSshOutput(text, succeeded)).toEqual({ ok: false, error: { kind: 'unknown' } });
  });

  it('is no signer where no line of the allowed signers holds', () => {
    const text = `${UNLISTED}\n${ABOUT_A_LINE}\nNo principal matched.`;
    expect(readSshOutput(text, false)).toEqual({ ok: false, error: { kind: 'unlisted', key: KEY } });
  });

  it('is no signer where the signature is false or the key revoked', () => {
    expect(readSshOutput('Could not verify signature.', false)).toEqual({
      ok: false,
      error: { kind: 'refused' },
    });
  });
});
