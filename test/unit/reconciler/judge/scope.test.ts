import { describe, expect, it } from 'vitest';
import { isInScope, type ScopedGroup } from '../../../../reconciler/judge/scope.ts';
import type { GroupScope } from '../../../../reconciler/model/packets/pattern.ts';

const GROUP: ScopedGroup = {
  account: 'default',
  region: 'cn-hangzhou',
  id: 'sg-a',
  name: 'web-blue',
  tags: { tier: 'web', team: 'shop' },
};

describe('the scope of a guardrail', () => {
  it.each<[GroupScope, boolean]>([
    [{}, true],
    [{ ids: ['sg-b', 'sg-a'] }, true],
    [{ ids: ['sg-b'] }, false],
    [{ names: ['db-*', 'web-*'] }, true],
    [{ names: ['web'] }, false],
    [{ tags: { tier: 'web', team: 'shop' } }, true],
    [{ tags: { tier: 'web', team: 'ops' } }, false],
    [{ accounts: ['default'], regions: ['cn-hangzhou'] }, true],
    [{ accounts: ['default'], regions: ['cn-beijing'] }, false],
    [{ ids: ['sg-a'], names: ['db-*'] }, false],
  ])('takes a group that fits every key: %j is %s', (scope, expected) => {
    expect(isInScope(scope, GROUP)).toBe(expected);
  });

  it('takes no group of which it cannot be told', () => {
    const unknown: ScopedGroup = { ...GROUP, id: null, name: null, tags: null };
    expect(isInScope({ ids: ['sg-a'] }, unknown)).toBe(false);
    expect(isInScope({ names: ['*'] }, unknown)).toBe(false);
    expect(isInScope({ tags: { tier: 'web' } }, unknown)).toBe(false);
    expect(isInScope({}, unknown)).toBe(true);
  });
});
