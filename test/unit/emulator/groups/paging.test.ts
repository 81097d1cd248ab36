// The two ways in which DescribeSecurityGroups pages, and who may use which (quirk groupPaging).
import { describe, expect, it } from 'vitest';
import { EmulatedWorld, type RequestParams } from '../../../support/emulated-world.ts';

const SIXTY = {
  securityGroups: Array.from({ length: 60 }, (_, n) => ({ SecurityGroupId: `sg-${String(n + 1)}` })),
};

const groups = (params: RequestParams, quirks: object = {}) =>
  new EmulatedWorld(SIXTY, quirks).call('DescribeSecurityGroups', params);

const idsOf = (result: ReturnType<typeof groups>) => {
  const answer = (result.ok ? result.answer : {}) as {
    SecurityGroups?: { SecurityGroup: ReadonlyArray<{ SecurityGroupId: string }> };
  };
  return answer.SecurityGroups?.SecurityGroup.map(({ SecurityGroupId }) => SecurityGroupId);
};

describe('pages by number', () => {
  it('answers PageNumber and PageSize with that page and the count of all', () => {
    const result = groups({ PageNumber: '2', PageSize: '50' });
    expect(result).toMatchObject({ answer: { TotalCount: 60, PageNumber: 2, PageSize: 50 } });
    expect(result.ok && result.answer).not.toHaveProperty('NextToken');
    expect(idsOf(result)).toEqual(Array.from({ length: 10 }, (_, n) => `sg-${String(n + 51)}`));
  });

  it('takes the first page, and pages of ten, where one of the two is left out', () => {
    expect(groups({ PageSize: '50' })).toMatchObject({ answer: { PageNumber: 1, PageSize: 50 } });
    expect(groups({ PageNumber: '3' })).toMatchObject({ answer: { PageNumber: 3, PageSize: 10 } });
  });

  it('has nothing on the page after the last one', () => {
    expect(idsOf(groups({ PageNumber: '7' }))).toEqual([]);
  });

  it.each<[string, RequestParams]>([
    ['PageSize', { PageSize: '51' }],
    ['PageSize', { PageSize: '0' }],
    ['PageNumber', { PageNumber: '0' }],
    ['PageNumber', { PageNumber: 'x' }],
  ])('refuses a %s out of bounds: %j', (name, params) => {
    const refusal = { code: 'InvalidParameter' };
    expect(groups(params)).toMatchObject(refusal);
    expect(groups(params)).toMatchObject({ message: expect.stringContaining(name) as string });
    expect(groups(params, { apiLevel: 'legacy2019' })).toMatchObject(refusal);
  });
});

describe('pages by token', () => {
  it('is the way where nothing is said of paging', () => {
    const result = groups({});
    expect(idsOf(result)).toHaveLength(10);
    expect(result.ok && result.answer.NextToken).not.toBe('');
    expect(result.ok && result.answer).not.toHaveProperty('TotalCount');
  });

  it.each<RequestParams>([
    { PageNumber: '1', MaxResults: '10' },
    { PageSize: '10', NextToken: 'x' },
  ])('cannot be mixed with the other way: %j', (params) => {
    expect(groups(params)).toMatchObject({ status: 400, code: 'NotSupported.PageNumberAndPageSize' });
  });

  it('is the only way with groupPaging token', () => {
    const quirks = { groupPaging: 'token' };
    expect(groups({ PageNumber: '1' }, quirks)).toMatchObject({ code: 'NotSupported.PageNumberAndPageSize' });
    expect(groups({ PageSize: '50' }, quirks)).toMatchObject({ code: 'NotSupported.PageNumberAndPageSize' });
    expect(idsOf(groups({ MaxResults: '60' }, quirks))).toHaveLength(60);
  });
});

// Source: the vendor's SDK 7.11.6. No other Describe of these services ever had PageNumber, so they ignore it.
it.each(['DescribePrefixLists', 'DescribePortRangeLists', 'DescribeSecurityGroupAttribute'])(
  '%s knows no page numbers',
  (action) => {
    const world = new EmulatedWorld(SIXTY);
    const params = { SecurityGroupId: 'sg-1', PageNumber: '9', PageSize: '1' };
    expect(world.call(action, params)).toMatchObject({ ok: true, answer: { NextToken: '' } });
  },
);
