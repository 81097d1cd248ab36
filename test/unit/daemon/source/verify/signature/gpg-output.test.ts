import { describe, expect, it } from 'vitest';
import { readGpgOutput } from '../../../../../../daemon/source/verify/signature/gpg-output.ts';

const PRIMARY = 'C937138D96E8DF7AC7D9DE7D3FC86EBB5A5D01D3';
const OWN = 'EBF075F34983608F382C3213321EBAD3569E3091';
const GOOD = [
  'NEWSIG',
  `KEY_CONSIDERED ${PRIMARY} 0`,
  'GOODSIG 321EBAD3569E3091 Alice <alice@example.com>',
  `VALIDSIG ${OWN} 2026-11-28 1795898933 0 4 0 22 8 00 ${PRIMARY}`,
  'TRUST_UNDEFINED 0 pgp',
];

const said = (lines: readonly string[]): string =>
  ['gpg: words for people', ...lines.map((line) => `[GNUPG:] ${line}`)].join('\n');

const without = (start: string): string[] => GOOD.filter((line) => !line.startsWith(start));

describe('what gpg says of a signature', () => {
  it('is a signer where there is one good signature', () => {
    expect(readGpgOutput(said(GOOD), true)).toEqual({
      ok: true,
      value: { keys: [PRIMARY, OWN], names: [PRIMARY] },
    });
  });

  it.each([
    ['gpg failed', GOOD, false],
    ['there is no good signature', without('GOODSIG'), true],
    ['there is no valid one', without('VALIDSIG'), true],
    ['no signature begins', without('NEWSIG'), true],
    ['two are good', [...GOOD, 'GOODSIG 1 Bob'], true],
    ['two are valid', [...GOOD, ...GOOD.filter((line) => line.startsWith('VALIDSIG'))], true],
    ['the fingerprint is cut', GOOD.map((line) => line.replace(PRIMARY, 'C937')), true],
    ['gpg said nothing', [], true],
  ])('is unexpected where %s', (_, lines, succeeded) => {
    expect(readGpgOutput(said(lines), succeeded)).toBeNull();
  });

  it.each([
    ['NEWSIG', 'bad-signature'],
    ['BADSIG 1 Alice', 'bad-signature'],
    ['REVKEYSIG 1 Alice', 'revoked'],
    ['EXPKEYSIG 1 Alice', 'unknown-signer'],
    ['EXPSIG 1 Alice', 'bad-signature'],
    ['NO_PUBKEY 1', 'unknown-signer'],
    ['ERRSIG 1 22 8 00 1795898933 4 -', 'bad-signature'],
  ])('is no signer with the further status %s', (line, reason) => {
    expect(readGpgOutput(said([...GOOD, line]), true)).toMatchObject({ ok: false, error: { reason } });
  });

  it.each([
    ['22 2 00', 'SHA-1'],
    ['1 1 00', 'MD5'],
    ['22 8 10', 'a certification of a key'],
  ])('is no signer with %s: %s', (fields) => {
    const lines = GOOD.map((line) => line.replace('22 8 00', fields));
    expect(readGpgOutput(said(lines), true)).toMatchObject({ ok: false, error: { reason: 'bad-signature' } });
  });

  it('believes no status that does not stand at the beginning of a line', () => {
    const lines = said(without('GOODSIG'));
    expect(readGpgOutput(`${lines}\ngpg: note [GNUPG:] GOODSIG 1 Alice`, true)).toBeNull();
  });
});
