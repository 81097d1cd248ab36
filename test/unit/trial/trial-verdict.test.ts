// Whether the verdict of a trial of replicas would notice what must not be.
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../emulator/admin/call-log.ts';
import {
  busiestMinutes,
  doubledTokens,
  staleEffects,
  staleIntents,
  unknownCalls,
} from '../../trial/trial-verdict.ts';

const token = (epoch: number, counter: number): string => `rampart-a1-${epoch.toString(36)}-b2-${counter}`;

const write = (clientToken: string, of: Partial<CallRecord> = {}): CallRecord => ({
  ...{ seq: 1, time: '2026-11-29T10:00:00.000Z', action: 'AuthorizeSecurityGroup', clientToken },
  ...{ params: { SecurityGroupId: 'sg-1' }, status: 200, code: '', requestId: 'r', effect: true },
  ...{ accountId: '1', fault: '' },
  ...of,
});

const repeated = write(token(9, 1), { effect: false });

describe('the verdict of a trial of replicas', () => {
  it('names a token with two effects, and none that was repeated without one', () => {
    expect(doubledTokens([write(token(9, 1)), repeated])).toEqual([]);
    expect(doubledTokens([write(token(9, 1)), write(token(9, 1))])).toEqual([
      'rampart-a1-9-b2-1 has 2 effects',
    ]);
  });

  it('names an effect of an earlier owner in a group in which a later one had begun', () => {
    const late = [write(token(35, 1)), write(token(36, 1)), write(token(35, 2))];
    expect(staleEffects(late)).toEqual(['rampart-a1-z-b2-2 takes effect in sg-1, where epoch 36 had begun']);
    const elsewhere = write(token(35, 2), { params: { SecurityGroupId: 'sg-2' } });
    expect(staleEffects([write(token(36, 1)), elsewhere])).toEqual([]);
    expect(staleEffects([write(token(36, 1)), { ...repeated, clientToken: token(35, 2) }])).toEqual([]);
  });

  it('names an intent that was opened after another replica had taken the shard', () => {
    const takeovers = [{ shard: 's', epoch: 8, atMs: 1000 }];
    const opened = (openedAtMs: number) => [{ clientToken: token(7, 1), shard: 's', openedAtMs }];
    expect(staleIntents(opened(999), takeovers)).toEqual([]);
    expect(staleIntents(opened(1001), takeovers)).toHaveLength(1);
    expect(staleIntents(opened(1001), [{ shard: 'other', epoch: 8, atMs: 1000 }])).toEqual([]);
  });

  it('names a call of which the journal does not know', () => {
    const known = [{ clientToken: token(7, 1), shard: 's', openedAtMs: 1 }];
    expect(
      unknownCalls([write(token(7, 1)), write('', { action: 'DescribeSecurityGroups' })], known),
    ).toEqual([]);
    expect(unknownCalls([write(token(7, 2))], known)).toHaveLength(1);
  });

  it('counts what came in within any sixty seconds, by when it came', () => {
    const at = (seconds: number) => write('t', { time: new Date(seconds * 1000).toISOString() });
    expect(busiestMinutes([at(0), at(30), at(59), at(60), at(61)], () => 0)).toEqual({
      AuthorizeSecurityGroup: 4,
    });
    const slow = ({ time }: CallRecord): number => (time === at(60).time ? 1000 : 0);
    expect(busiestMinutes([at(0), at(60)], slow)).toEqual({ AuthorizeSecurityGroup: 2 });
  });
});
