import { describe, expect, it } from 'vitest';
import { verifySchema } from '../../../../../daemon/config/sections/verify-schema.ts';
import { rememberVerdicts } from '../../../../../daemon/source/verify/remember-verdicts.ts';
import type { VerifyVerdict } from '../../../../../daemon/source/verify/verdict.ts';
import type { VerifyRequest } from '../../../../../daemon/source/verify/verify.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

/** A request, and how often its verdict was asked for. */
async function asked(verdict: VerifyVerdict) {
  const folder = await tempFolder({ signers: 'alice' });
  const settings = verifySchema.parse({ mode: 'head', allowedSigners: `${folder}/signers` });
  const environment = { PATH: process.env.PATH };
  const request: VerifyRequest = {
    ...{ repository: folder, environment, settings, from: null, to: 'a', tag: null },
    notBeforeMs: null,
    nowMs: 0,
  };
  let count = 0;
  const verify = rememberVerdicts(() => {
    count += 1;
    return Promise.resolve(verdict);
  });
  return { folder, request, verify, count: () => count };
}

const VERIFIED: VerifyVerdict = { kind: 'verified', signers: ['alice'], warnings: [] };
const held = (reason: 'unsigned' | 'clock' | 'unreadable'): VerifyVerdict => ({
  ...{ kind: 'held', reason, commit: 'a', message: '', isCut: false },
});

describe('a remembered verdict', () => {
  it.each([
    ['verified', VERIFIED, 1],
    ['unsigned', held('unsigned'), 1],
    ['clock', held('clock'), 2],
    ['unreadable', held('unreadable'), 2],
  ])('of kind %s is asked for twice where time alone may change it', async (_, verdict, times) => {
    const { request, verify, count } = await asked(verdict);
    await verify(request);
    expect(await verify({ ...request, nowMs: 30_000 })).toEqual(verdict);
    expect(count()).toBe(times);
  });

  it('is asked for again for another commit, after a change of the keys, and after a while', async () => {
    const { folder, request, verify, count } = await asked(VERIFIED);
    await verify(request);
    await verify({ ...request, to: 'b' });
    expect(count()).toBe(2);
    await writeFiles(folder, { signers: 'alice and bob' });
    await verify({ ...request, to: 'b' });
    expect(count()).toBe(3);
    await verify({ ...request, to: 'b', nowMs: 11 * 60_000 });
    expect(count()).toBe(4);
  });
});
