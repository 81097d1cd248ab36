// What hostile clients can make the emulator keep, measured on the heap.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ApiError } from '../../../emulator/action.ts';
import { CallLog } from '../../../emulator/admin/call-log.ts';
import { ClientTokens, tokenUse } from '../../../emulator/gateway/client-tokens.ts';
import { readParameters } from '../../../emulator/wire/parameters.ts';
import { EmulatedWorld } from '../../support/emulated-world.ts';
import { START_MS } from '../../support/gateway.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const MB = 1024 * 1024;

/** Megabytes that stay after the work, as long as its result is held. */
function keptBy(work: () => unknown): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const result = work();
  collectGarbage();
  const keptBytes = process.memoryUsage().heapUsed - before;
  expect(result).toBeDefined();
  return keptBytes / MB;
}

it('the call log stays near its bound, whatever calls are made of', () => {
  const kept = keptBy(() => {
    const log = new CallLog({ calls: 10_000, bytes: 4 * MB });
    for (let call = 0; call < 100; call += 1) {
      const params = new Map<string, string>();
      readParameters(Array.from({ length: 5000 }, (_, n) => `${n}=${call}`).join('&'), params);
      log.add({
        timeMs: START_MS,
        action: 'A',
        params,
        status: 400,
        code: '',
        requestId: 'R',
        effect: false,
        accountId: '',
        fault: '',
      });
    }
    return log;
  });
  expect(kept).toBeLessThan(8);
});

it('a value that is kept does not keep its request', () => {
  const padding = '&P='.padEnd(MB, 'x');
  const kept = keptBy(() =>
    Array.from({ length: 20 }, (_, n) => {
      const params = new Map<string, string>();
      readParameters(`Description=the rule of number ${n}${padding}`, params);
      return params.get('Description');
    }),
  );
  expect(kept).toBeLessThan(2);
});

it('a refusal echoes no more than the beginning of a long text', () => {
  const result = new EmulatedWorld().call('CreatePrefixList', {
    PrefixListName: 'new',
    AddressFamily: 'IPv4',
    MaxEntries: '1',
    'Entry.1.Cidr': 'x'.repeat(150_000),
  });
  expect(result).toMatchObject({ code: 'InvalidParameter.CidrMalformed' });
  if (!result.ok) expect(result.message.length).toBeLessThan(300);
});

/** A refusal thrown where a request is at hand, as all are. */
function refusalInside(request: readonly number[]): ApiError {
  const [error] = [400].map((status) => new ApiError(status, 'Code', `of ${request.length} numbers`));
  if (error === undefined) throw new Error('no error was made');
  return error;
}

it('a remembered refusal does not keep the call that it was made in', () => {
  const kept = keptBy(() => {
    const tokens = new ClientTokens();
    for (let call = 0; call < 100; call += 1) {
      const use = tokenUse('1', 'RevokeSecurityGroup', new Map([['ClientToken', `t-${call}`]]));
      if (use === undefined) throw new Error('the action takes a token');
      tokens.begin(use, 0, 60);
      const result = refusalInside(Array.from({ length: 50_000 }, () => call));
      tokens.end(use, { requestId: 'R', result });
    }
    return tokens;
  });
  expect(kept).toBeLessThan(4);
});
