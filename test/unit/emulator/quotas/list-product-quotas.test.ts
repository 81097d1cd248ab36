import { beforeEach, describe, expect, it } from 'vitest';
import { requestHandler } from '../../../../emulator/emulator.ts';
import { parseState } from '../../../../emulator/admin/state-file.ts';
import { wireGroup } from '../../../support/estate.ts';
import { replyOf, START_MS } from '../../../support/gateway.ts';
import { EMULATOR_KEY, type Parameters, requestV1, type SigningKey } from '../../../support/signing.ts';

interface Quota {
  readonly QuotaActionCode: string;
  readonly TotalQuota: number;
  readonly TotalUsage: number;
  readonly Period: { readonly PeriodValue: number; readonly PeriodUnit: string };
  readonly Dimensions: Readonly<Record<string, string>>;
}
interface Answer {
  readonly status: number;
  readonly Code?: string;
  readonly Quotas: readonly Quota[];
  readonly TotalCount: number;
  readonly MaxResults: number;
  readonly NextToken?: string;
  readonly AccessDeniedDetail?: Readonly<Record<string, string>>;
}

const BLIND: SigningKey = { accessKeyId: 'blind', accessKeySecret: 's' };
const RATES = { product: { ProductCode: 'ecs', QuotaCategory: 'FlowControl' } } as const;
const inRegion = (region: string) => ({ 'Dimensions.1.Key': 'regionId', 'Dimensions.1.Value': region });

let ask: (params: Parameters, key?: SigningKey, version?: string) => Answer;

beforeEach(() => {
  const handle = requestHandler({
    state: parseState({
      securityGroups: [wireGroup('sg-a'), wireGroup('sg-b'), { ...wireGroup('sg-c'), RegionId: 'eu-west-1' }],
    }),
    credentials: [EMULATOR_KEY, { ...BLIND, allow: { actions: ['DescribeSecurityGroups'] } }],
    quirks: {
      rateLimits: { ModifySecurityGroupRule: 90, DescribeSecurityGroups: 400, LookupEvents: 120 },
    },
    clock: { nowMs: () => START_MS, sleep: () => Promise.resolve() },
  });
  let nonce = 0;
  ask = (params, key = EMULATOR_KEY, version = '2020-05-10') => {
    nonce += 1;
    const signing = { key, nowMs: START_MS, nonce: `n-${nonce}` };
    const { status, body } = replyOf(
      handle(requestV1('ListProductQuotas', { Version: version, ...params }, signing)),
    );
    return { status, ...(JSON.parse(body) as Omit<Answer, 'status'>) };
  };
});

describe('ListProductQuotas', () => {
  it('shows the rates of ECS that the emulator enforces, by API and region', () => {
    const answer = ask({ ...RATES.product, ...inRegion('eu-west-1') });
    expect(answer).toMatchObject({ status: 200, TotalCount: 2, MaxResults: 30 });
    expect(answer.NextToken).toBeUndefined();
    expect(answer.Quotas).toMatchObject([
      {
        TotalQuota: 90,
        Period: { PeriodValue: 60, PeriodUnit: 'second' },
        Dimensions: { regionId: 'eu-west-1', apiName: 'ModifySecurityGroupRule', apiVersion: '2014-05-26' },
      },
      { TotalQuota: 400, Dimensions: { apiName: 'DescribeSecurityGroups' } },
    ]);
  });

  it('keeps to one API where its dimension or its code is asked for', () => {
    const dimension = { 'Dimensions.1.Key': 'apiName', 'Dimensions.1.Value': 'DescribeSecurityGroups' };
    const [quota, ...others] = ask({ ...RATES.product, ...dimension }).Quotas;
    expect(quota).toMatchObject({ TotalQuota: 400 });
    expect(others).toEqual([]);
    const byCode = ask({ ...RATES.product, QuotaActionCode: quota?.QuotaActionCode ?? '' });
    expect(byCode.Quotas).toEqual([quota]);
  });

  it('gives pages, and refuses the token of another question', () => {
    const first = ask({ ...RATES.product, MaxResults: '1' });
    expect(first).toMatchObject({ TotalCount: 2, MaxResults: 1, Quotas: [{ TotalQuota: 90 }] });
    const NextToken = first.NextToken ?? '';
    const second = ask({ ...RATES.product, MaxResults: '1', NextToken });
    expect(second).toMatchObject({ TotalCount: 2, Quotas: [{ TotalQuota: 400 }] });
    expect(second.NextToken).toBeUndefined();
    const other = ask({ ...RATES.product, ...inRegion('eu-west-1'), NextToken });
    expect(other).toMatchObject({ status: 400, Code: 'PARAMETER.ILLEGALL' });
  });

  it.each([
    [{}, 'cn-hangzhou', 2],
    [inRegion('eu-west-1'), 'eu-west-1', 1],
  ])('counts the groups of a region where no category is named: %j', (dimensions, regionId, TotalUsage) => {
    expect(ask({ ProductCode: 'ecs', ...dimensions }).Quotas).toMatchObject([
      { QuotaActionCode: 'q_security-groups', TotalQuota: 100, TotalUsage, Dimensions: { regionId } },
    ]);
  });

  it('has no white lists', () => {
    const answer = ask({ ProductCode: 'ecs', QuotaCategory: 'WhiteListLabel' });
    expect(answer).toMatchObject({ status: 200, TotalCount: 0, Quotas: [] });
  });

  it.each<[string, Parameters, string]>([
    ['no product', { ProductCode: '' }, 'MissingProductCode'],
    ['another product', { ProductCode: 'vpc' }, 'PARAMETER.ILLEGALL'],
    ['an unknown category', { QuotaCategory: 'flowControl' }, 'CATEGORY.NOT.SUPPORTED'],
    ['a group of dimensions', { GroupCode: 'g' }, 'DIMENSIONGROUP.NOT.FOUND'],
    ['pages of none', { MaxResults: '0' }, 'PARAMETER.ILLEGALL'],
    ['pages over 100', { MaxResults: '101' }, 'PARAMETER.ILLEGALL'],
    ['a token that is none', { NextToken: '1' }, 'PARAMETER.ILLEGALL'],
    ['half a dimension', { 'Dimensions.1.Key': 'regionId' }, 'QUOTA.DIMENSION.MISS'],
    [
      'an unknown dimension',
      { 'Dimensions.1.Key': 'zoneId', 'Dimensions.1.Value': 'z' },
      'QUOTA.DIMENSION.UNSUPPORT',
    ],
    ['an unknown region', inRegion('mars'), 'QUOTA.DIMENSION.VALUE.UNSUPPORT'],
  ])('refuses %s', (_, params, Code) => {
    expect(ask({ ...RATES.product, ...params })).toMatchObject({ status: 400, Code });
  });

  it('names the permission that a key lacks', () => {
    expect(ask(RATES.product, BLIND)).toMatchObject({
      status: 400,
      Code: 'RAM.PERMISSION.DENIED',
      AccessDeniedDetail: { AuthAction: 'quotas:ListProductQuotas' },
    });
  });

  it('is no action of ECS', () => {
    expect(ask(RATES.product, EMULATOR_KEY, '2014-05-26').Code).toBe('InvalidApi.NotFound');
  });
});
