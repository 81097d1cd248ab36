import { describe, expect, it } from 'vitest';
import { CallLog, type CallNote } from '../../../../emulator/admin/call-log.ts';
import { GatewayFixture, START_MS } from '../../../support/gateway.ts';

const note = (parts: Partial<CallNote> = {}): CallNote => ({
  timeMs: START_MS,
  action: 'A',
  params: new Map(),
  status: 200,
  code: '',
  requestId: 'R',
  effect: false,
  accountId: '1',
  fault: '',
  ...parts,
});

const numbers = (log: CallLog) => log.list().map((call) => call.seq);

describe('the call log', () => {
  it('keeps the newest calls within its bound on calls', () => {
    const log = new CallLog({ calls: 3, bytes: 1000 });
    for (let call = 0; call < 5; call += 1) log.add(note());
    expect(numbers(log)).toEqual([3, 4, 5]);
  });

  it('keeps the newest calls within its bound on bytes', () => {
    const log = new CallLog({ calls: 100, bytes: 2000 });
    const filled = (characters: number) => note({ params: new Map([['A', 'x'.repeat(characters)]]) });
    for (const characters of [300, 300, 900, 300]) log.add(filled(characters));
    expect(numbers(log)).toEqual([3, 4]);
    log.add(filled(2000));
    expect(numbers(log)).toEqual([]);
    log.add(filled(300));
    expect(numbers(log)).toEqual([6]);
  });

  it('goes on counting after it was cleared', () => {
    const log = new CallLog({ calls: 3, bytes: 1000 });
    log.add(note());
    log.clear();
    log.add(note());
    expect(numbers(log)).toEqual([2]);
  });

  it('shows a call as the contract says', () => {
    const log = new CallLog({ calls: 3, bytes: 1000 });
    log.add(
      note({
        params: new Map([
          ['ClientToken', 't'],
          ['RegionId', 'r'],
        ]),
        fault: 'hang',
        status: 0,
      }),
    );
    expect(log.list()).toEqual([
      {
        seq: 1,
        time: '2026-01-31T12:00:00.000Z',
        action: 'A',
        params: { ClientToken: 't', RegionId: 'r' },
        clientToken: 't',
        status: 0,
        code: '',
        requestId: 'R',
        effect: false,
        accountId: '1',
        fault: 'hang',
      },
    ]);
  });

  it('never holds what could be a secret', () => {
    const key = { accessKeyId: 'sts', accessKeySecret: 'hush-secret', securityToken: 'hush-token' };
    const fixture = new GatewayFixture({ credentials: [key] });
    fixture.reply(
      'DescribeSecurityGroups',
      { AccessKeySecret: 'hush-1', Password: 'hush-2', A: 'shown' },
      { key },
    );
    fixture.reply('DescribeSecurityGroups', {}, { key: { ...key, accessKeySecret: 'hush-guess' } });
    const text = JSON.stringify(fixture.calls());
    expect(text).toContain('shown');
    expect(text).not.toMatch(/hush|nonce|SignatureMethod/);
  });

  it('holds a parameter of any name', () => {
    const fixture = new GatewayFixture();
    fixture.reply(
      'DescribeSecurityGroups',
      JSON.parse('{"__proto__":"1","constructor":"2"}') as Record<string, string>,
    );
    expect(JSON.stringify(fixture.calls())).toContain('"__proto__":"1"');
  });
});
