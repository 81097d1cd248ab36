import { describe, expect, it } from 'vitest';
import { readAllowedSigners } from '../../../../../../daemon/source/verify/trust/allowed-signers.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIAdUKJcStOzTBZ9FZFiUCrBjdqB7e9HWvPF9ABo5pDsm';

const namesIn = (line: string) => {
  const read = readAllowedSigners(line);
  return read.ok ? read.value.map(({ principals }) => principals) : `line ${read.error}`;
};

describe('a file of allowed signers', () => {
  it.each([
    [`alice@example.com ssh-ed25519 ${KEY}`, [['alice@example.com']]],
    [`alice@example.com,alice ssh-ed25519 ${KEY} a comment`, [['alice@example.com', 'alice']]],
    [`"Alice Doe" ssh-ed25519 ${KEY}`, [['Alice Doe']]],
    [`  a namespaces="git,file",valid-after="20260101" ssh-ed25519 ${KEY}`, [['a']]],
    [`a namespaces="g i t" ssh-ed25519 ${KEY}`, [['a']]],
    [`a sk-ssh-ed25519@openssh.com ${KEY}\r`, [['a']]],
    [`# a comment\n\n \nb ecdsa-sha2-nistp256 ${KEY}`, [['b']]],
    ['', []],
    [`b ssh-ed25519 ${KEY}\na ssh-ed25519`, 'line 2'],
    [`ssh-ed25519 ${KEY}`, 'line 1'],
    [`a cert-authority namespaces="git" ssh-ed25519 ${KEY}`, 'line 1'],
    [`a namespaces="git ssh-ed25519 ${KEY}`, 'line 1'],
    ['a ssh-ed25519 !!!', 'line 1'],
  ])('reads %j', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('shows keys by the fingerprint that ssh-keygen shows', () => {
    const read = readAllowedSigners(`*@example.com cert-authority ssh-ed25519 ${KEY}`);
    expect(read).toEqual({
      ok: true,
      value: [
        {
          principals: ['*@example.com'],
          isAuthority: true,
          fingerprint: 'SHA256:JSBaaSGc2dFlesv7jKyhiXXhx36npVhfY1OGVgxgt/g',
        },
      ],
    });
  });
});
