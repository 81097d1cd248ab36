import { describe, expect, it } from 'vitest';
import { isInScope, mayBeInScope, type ScopedGroup } from '../../../../reconciler/judge/scope.ts';
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

describe('the scope of a guardrail, of a group that a policy finds by its id, its name or its tags', () => {
  const byId: ScopedGroup = { ...GROUP, name: null, tags: null };
  const byName: ScopedGroup = { ...GROUP, id: null, tags: null };
  const byTags: ScopedGroup = { ...GROUP, id: null, name: null };

  it.each<[string, GroupScope, ScopedGroup, boolean]>([
    ['its id', { ids: ['sg-a'] }, byId, true],
    ['another id', { ids: ['sg-b'] }, byId, false],
    ['a name or tags that it may have', { names: ['db-*'], tags: { tier: 'db' } }, byId, true],
    ['another region', { ids: ['sg-a'], regions: ['cn-beijing'] }, byId, false],
    ['an id that it may have', { ids: ['sg-b'] }, byName, true],
    ['another name', { names: ['db-*'] }, byName, false],
    ['tags besides its own', { tags: { owner: 'me' } }, byTags, true],
    ['another value of one of its tags', { tags: { owner: 'me', tier: 'db' } }, byTags, false],
  ])('may be about it or not, if it names %s', (_, scope, group, expected) => {
    expect(mayBeInScope(scope, group)).toBe(expected);
  });
});
