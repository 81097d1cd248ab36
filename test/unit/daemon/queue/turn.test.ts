import { describe, expect, it } from 'vitest';
import { LaneClosed, refusalAtEntry, Turn } from '../../../../daemon/queue/turn.ts';

function waiting() {
  const caller = new AbortController();
  const given: string[] = [];
  const turn = new Turn<string>(caller.signal, () => void given.push('up'));
  return { caller, given, turn };
}

describe('a turn', () => {
  it('that is granted is not given up any more', async () => {
    const { caller, given, turn } = waiting();
    turn.grant(() => {
      caller.abort();
      return 'granted';
    });
    expect(await turn.promise).toBe('granted');
    expect(given).toEqual([]);
  });

  it('that the caller gives up rejects, and the line hears of it once', async () => {
    const { caller, given, turn } = waiting();
    caller.abort();
    await expect(turn.promise).rejects.toBeInstanceOf(LaneClosed);
    turn.grant(() => 'too late');
    await expect(turn.promise).rejects.toBeInstanceOf(LaneClosed);
    expect(given).toEqual(['up']);
  });

  it('that is refused rejects, and the caller has nothing to give up', async () => {
    const { caller, given, turn } = waiting();
    turn.refuse(new LaneClosed('closed'));
    caller.abort();
    await expect(turn.promise).rejects.toThrow('closed');
    expect(given).toEqual([]);
  });

  it('is not for those who come to closed lanes or have given up before', () => {
    expect(refusalAtEntry(false, new AbortController().signal)).toBeNull();
    expect(refusalAtEntry(true, null)).toBeInstanceOf(LaneClosed);
    expect(refusalAtEntry(false, AbortSignal.abort())).toBeInstanceOf(LaneClosed);
  });
});
