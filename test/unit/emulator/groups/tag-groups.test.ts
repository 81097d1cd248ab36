import { describe, expect, it } from 'vitest';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  REGION,
  type RequestParams,
} from '../../../support/emulated-world.ts';

const group = (id: string) => ({ ResourceType: 'securitygroup', 'ResourceId.1': id });

/** What DescribeSecurityGroups shows of a group. */
function described(world: EmulatedWorld, SecurityGroupId: string): Readonly<Record<string, unknown>> {
  const result = world.call('DescribeSecurityGroups', { SecurityGroupId });
  if (!result.ok) throw new Error(JSON.stringify(result));
  const { SecurityGroup } = result.answer.SecurityGroups as { SecurityGroup: Array<Record<string, unknown>> };
  return SecurityGroup[0] ?? {};
}

const tagsOf = (world: EmulatedWorld, id: string): unknown =>
  (described(world, id).Tags as { Tag: unknown }).Tag;

/** The ids that a filter by this tag finds. */
function found(world: EmulatedWorld, key: string, value: string): unknown[] {
  const result = world.call('DescribeSecurityGroups', { 'Tag.1.Key': key, 'Tag.1.Value': value });
  if (!result.ok) throw new Error(JSON.stringify(result));
  const { SecurityGroup } = result.answer.SecurityGroups as { SecurityGroup: Array<Record<string, unknown>> };
  return SecurityGroup.map(({ SecurityGroupId }) => SecurityGroupId);
}

const listed = (world: EmulatedWorld, params: RequestParams): string[] => {
  const result = world.call('ListTagResources', { ResourceType: 'securitygroup', ...params });
  if (!result.ok) throw new Error(JSON.stringify(result));
  const { TagResource } = result.answer.TagResources as { TagResource: Array<Record<string, string>> };
  return TagResource.map(({ ResourceId, TagKey, TagValue }) => `${ResourceId} ${TagKey}=${TagValue}`);
};

describe('tags of groups', () => {
  it('a group gains a tag, is found by it, and loses it again', () => {
    const world = new EmulatedWorld();
    const tag = { 'Tag.1.Key': 'tier', 'Tag.1.Value': 'web' };
    expect(world.call('TagResources', { ...group('sg-lb'), ...tag }).ok).toBe(true);
    expect(found(world, 'tier', 'web')).toEqual(['sg-lb']);
    expect(world.call('UntagResources', { ...group('sg-lb'), 'TagKey.1': 'tier' }).ok).toBe(true);
    expect(found(world, 'tier', 'web')).toEqual([]);
    expect(world.state.version).toBe(2);
  });

  it('a new value takes the place of the old one, and other tags stay', () => {
    const world = new EmulatedWorld();
    world.call('TagResources', { ...group('sg-web'), 'Tag.1.Key': 'tier', 'Tag.1.Value': '' });
    world.call('TagResources', { ...group('sg-web'), 'Tag.1.Key': 'team', 'Tag.1.Value': 'ops' });
    expect(tagsOf(world, 'sg-web')).toEqual([
      { TagKey: 'tier', TagValue: '' },
      { TagKey: 'team', TagValue: 'ops' },
    ]);
  });

  it('the same tag again, and a key that is not there, change nothing', () => {
    const world = new EmulatedWorld();
    world.call('TagResources', { ...group('sg-web'), 'Tag.1.Key': 'team', 'Tag.1.Value': 'shop' });
    expect(world.call('UntagResources', { ...group('sg-web'), 'TagKey.1': 'nothing' }).ok).toBe(true);
    expect(world.state.version).toBe(0);
  });

  it('All takes every tag off', () => {
    const world = new EmulatedWorld();
    world.call('UntagResources', { ...group('sg-web'), All: 'true' });
    expect(tagsOf(world, 'sg-web')).toEqual([]);
  });

  it('one group that is not there leaves all as they are', () => {
    const world = new EmulatedWorld();
    const ids = { ...group('sg-lb'), 'ResourceId.2': 'sg-nowhere' };
    expect(world.call('TagResources', { ...ids, 'Tag.1.Key': 'tier' })).toMatchObject({
      ok: false,
      code: 'InvalidResourceId.NotFound',
    });
    expect(world.state.version).toBe(0);
  });

  it('twenty tags are the most that a group has', () => {
    const world = new EmulatedWorld();
    const many: RequestParams = Object.fromEntries(
      Array.from({ length: 19 }, (_, n) => [`Tag.${String(n + 1)}.Key`, `k${String(n)}`]),
    );
    expect(world.call('TagResources', { ...group('sg-web'), ...many }).ok).toBe(true);
    expect(world.call('TagResources', { ...group('sg-web'), 'Tag.1.Key': 'more' })).toMatchObject({
      code: 'OperationDenied.QuotaExceed',
    });
  });
});

describe('ListTagResources', () => {
  it('lists the tags of the named groups, and the groups of the named tags', () => {
    const world = new EmulatedWorld();
    world.call('TagResources', { ...group('sg-lb'), 'Tag.1.Key': 'team', 'Tag.1.Value': 'ops' });
    expect(listed(world, { 'ResourceId.1': 'sg-web' })).toEqual(['sg-web team=shop']);
    expect(listed(world, { 'Tag.1.Key': 'team' })).toEqual(['sg-web team=shop', 'sg-lb team=ops']);
    expect(listed(world, { 'Tag.1.Key': 'team', 'Tag.1.Value': 'ops' })).toEqual(['sg-lb team=ops']);
  });

  it('comes in pages that together have every tag once', () => {
    const securityGroups = Array.from({ length: 6 }, (_, n) => ({
      RegionId: REGION,
      SecurityGroupId: `sg-${String(n)}`,
      Tags: Array.from({ length: 10 }, (_tag, k) => ({ TagKey: `k${String(k)}`, TagValue: '' })),
    }));
    const world = new EmulatedWorld({ ...ONE_OF_EVERYTHING, securityGroups });
    const ask = (NextToken: string) =>
      world.call('ListTagResources', { ResourceType: 'securitygroup', 'Tag.1.Key': 'k0', NextToken });
    const first = ask('');
    const second = ask(first.ok ? String(first.answer.NextToken) : '');
    const entries = [first, second].flatMap((page) =>
      page.ok ? (page.answer.TagResources as { TagResource: object[] }).TagResource : [],
    );
    expect(entries).toHaveLength(60);
    expect(new Set(entries.map((entry) => JSON.stringify(entry))).size).toBe(60);
    expect(second.ok && second.answer.NextToken).toBe('');
    expect(ask('nonsense')).toMatchObject({ code: 'InvalidParameter' });
  });
});

describe('JoinResourceGroup', () => {
  it('Describe shows the resource group that a group has joined', () => {
    const world = new EmulatedWorld();
    const joins = (ResourceGroupId: string) =>
      world.call('JoinResourceGroup', {
        ResourceType: 'securitygroup',
        ResourceId: 'sg-web',
        ResourceGroupId,
      }).ok;
    expect([joins('rg-shop'), joins('rg-shop')]).toEqual([true, true]);
    expect(described(world, 'sg-web').ResourceGroupId).toBe('rg-shop');
    expect(world.state.version).toBe(1);
  });
});
