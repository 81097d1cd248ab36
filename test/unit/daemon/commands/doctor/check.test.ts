import { describe, expect, it } from 'vitest';
import { broken, checkLine, fine, splitAdvice } from '../../../../../daemon/commands/doctor/check.ts';
import { clockCheck } from '../../../../../daemon/commands/doctor/endpoint-checks.ts';
import { PLAIN_LOOK } from '../../../../../reconciler/report/look.ts';

describe('the line of a check', () => {
  it('is one, with place, message and cure, and nothing that a terminal would act on', () => {
    const check = {
      ...broken('ram', 'first\nsecond \u001b[31m', 'do\nthis'),
      account: 'a',
      regions: ['r', 's'],
    };
    expect(checkLine(check, PLAIN_LOOK)).toBe(
      'broken     ram          a r s: first second \u{FFFD}[31m; cure: do this',
    );
    expect(checkLine(fine('clock', 'right'), PLAIN_LOOK)).toBe('ok         clock        right');
  });

  it('goes on below its text where the terminal ends', () => {
    const check = fine('clock', 'nothing is sent before the environment is as said');
    expect(checkLine(check, { ...PLAIN_LOOK, columns: 60 }).split('\n')).toEqual([
      'ok         clock        nothing is sent before the',
      `${' '.repeat(24)}environment is as said`,
    ]);
  });

  it('takes the advice of an error for its cure', () => {
    expect(splitAdvice('a; b; do this', 'x')).toEqual(['a; b', 'do this']);
    expect(splitAdvice('a', 'x')).toEqual(['a', 'x']);
  });
});

describe('the clock against the cloud', () => {
  const said = (...aheadMs: ReadonlyArray<number | null>) =>
    clockCheck(new Map(aheadMs.map((each, at) => [`https://${at}`, { aheadMs: each }])));

  it.each([
    [[0], 'ok', 'this machine has the time of the cloud'],
    [[null, 400], 'ok', 'this machine has the time of the cloud'],
    [[59_000], 'ok', 'this machine is 59 s behind https://0'],
    [[0, -61_000], 'warning', 'this machine is 61 s ahead of https://1'],
    [
      [900_000],
      'broken',
      'this machine is 900 s behind https://0: the cloud takes no call that is 15 minutes off',
    ],
    [[null], 'not tried', 'no endpoint said what time it is'],
    [[], 'not tried', 'no endpoint said what time it is'],
  ])('%j: %s', (aheadMs, state, message) => {
    expect(said(...aheadMs)).toMatchObject({ state, message });
  });
});
