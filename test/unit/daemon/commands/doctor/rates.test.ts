import { describe, expect, it } from 'vitest';
import { compareRates, rateChecks, readRates } from '../../../../../daemon/commands/doctor/rates.ts';
import type { TransportAnswer } from '../../../../../daemon/ecs/transport/transport.ts';

type Answers = ReadonlyArray<Partial<TransportAnswer> & object>;

/** Answers these, one after another, and keeps what it was asked. */
function quotaCenter(...answers: Answers) {
  const asked: Array<Readonly<Record<string, string>>> = [];
  const call = (_: string, params: Readonly<Record<string, string>>): Promise<TransportAnswer> => {
    const answer = answers[asked.length];
    asked.push(params);
    if (answer === undefined) throw new Error('asked once too often');
    return Promise.resolve(answer as TransportAnswer);
  };
  return { asked, call };
}

const page = (quotas: readonly object[], NextToken?: string) => ({
  kind: 'answered' as const,
  status: 200,
  body: { Quotas: quotas, ...(NextToken === undefined ? {} : { NextToken }) },
});
const quota = (TotalQuota: number, apiName: string, more: object = {}) => ({
  QuotaActionCode: 'x',
  QuotaName: 'x',
  TotalQuota,
  Period: { PeriodValue: 60, PeriodUnit: 'second' },
  Dimensions: { regionId: 'cn-hangzhou', apiName, apiVersion: '2014-05-26' },
  ...more,
});

const ratesOf = async (...answers: Answers) => {
  const { perMinute } = await readRates(quotaCenter(...answers), 'cn-hangzhou', 1000);
  return Object.fromEntries(perMinute);
};

describe('rates of Quota Center', () => {
  it('are asked for the region, page by page', async () => {
    const center = quotaCenter(
      page([quota(90, 'RevokeSecurityGroup')], 't'),
      page([quota(80, 'AuthorizeSecurityGroup')]),
    );
    const { perMinute, verdict } = await readRates(center, 'cn-hangzhou', 1000);
    expect([...perMinute]).toEqual([
      ['RevokeSecurityGroup', 90],
      ['AuthorizeSecurityGroup', 80],
    ]);
    expect(verdict).toMatchObject({ kind: 'allowed', answer: '' });
    const question = {
      ProductCode: 'ecs',
      QuotaCategory: 'FlowControl',
      'Dimensions.1.Value': 'cn-hangzhou',
    };
    expect(center.asked).toMatchObject([question, { ...question, NextToken: 't' }]);
  });

  it.each([
    ['second', 1, 5, 300],
    ['second', 60, 90, 90],
    ['Minute', 1, 100, 100],
    ['hour', 1, 600, 10],
    ['day', 1, 1440, 1],
  ])('are told a minute whatever their period: %s x %d', async (PeriodUnit, PeriodValue, total, rate) => {
    const told = quota(total, 'RevokeSecurityGroup', { Period: { PeriodUnit, PeriodValue } });
    expect(await ratesOf(page([told]))).toEqual({ RevokeSecurityGroup: rate });
  });

  it.each<[string, object]>([
    ['the name of the quota', { Dimensions: {}, QuotaName: 'RevokeSecurityGroup' }],
    ['a part of its code', { Dimensions: {}, QuotaActionCode: 'ecs/2014-05-26#RevokeSecurityGroup' }],
    ['its dimension, for all regions', { Dimensions: { regionId: '*', apiName: 'RevokeSecurityGroup' } }],
  ])('are known by %s', async (_, more) => {
    expect(await ratesOf(page([quota(90, '', more)]))).toEqual({ RevokeSecurityGroup: 90 });
  });

  it.each<[string, object]>([
    [
      'another region',
      quota(90, 'RevokeSecurityGroup', {
        Dimensions: { regionId: 'eu-west-1', apiName: 'RevokeSecurityGroup' },
      }),
    ],
    ['another operation', quota(90, 'RunInstances')],
    ['no period', quota(90, 'RevokeSecurityGroup', { Period: null })],
    ['an unknown unit', quota(90, 'RevokeSecurityGroup', { Period: { PeriodUnit: 'moon', PeriodValue: 1 } })],
    ['no number', quota(90, 'RevokeSecurityGroup', { TotalQuota: 'many' })],
  ])('of %s are left out', async (_, told) => {
    expect(await ratesOf(page([told]))).toEqual({});
  });

  it('are not known from an answer of another shape', async () => {
    const center = quotaCenter({ kind: 'answered', status: 200, body: { Quotas: 'none' } });
    expect((await readRates(center, 'cn-hangzhou', 1000)).verdict).toMatchObject({ kind: 'unanswered' });
  });
});

describe('beside the configured rates', () => {
  const config = { limits: { default: { ratePerMinute: 60 }, RevokeSecurityGroup: { ratePerMinute: 200 } } };
  const rates = ['cn-hangzhou', 'eu-west-1'].flatMap((region) =>
    compareRates(
      config,
      { account: 'a', region },
      new Map([
        ['RevokeSecurityGroup', 90],
        ['AuthorizeSecurityGroup', 60],
        ['ModifySecurityGroupRule', region === 'eu-west-1' ? 0.5 : 600],
      ]),
    ),
  );

  it('one line stands for the regions that are alike, and the cure holds all of the new limits', () => {
    const checks = rateChecks(config, rates, []);
    const cure =
      'write in the config: `limits: {default: {ratePerMinute: 60}, RevokeSecurityGroup: {ratePerMinute: 90}, ' +
      'ModifySecurityGroupRule: {ratePerMinute: 1}}`';
    expect(checks.map(({ state, regions, cure: todo }) => [state, regions, todo])).toEqual([
      ['ok', ['cn-hangzhou', 'eu-west-1'], ''],
      ['ok', ['cn-hangzhou'], ''],
      ['warning', ['cn-hangzhou', 'eu-west-1'], cure],
      ['warning', ['eu-west-1'], cure],
    ]);
  });

  it('an account of which none is shown has a line of its own', () => {
    const asked = ['a', 'b', 'b'].map((account, at) => ({ account, region: `r${at}` }));
    const silent = rateChecks(config, rates, asked).filter(({ account }) => account === 'b');
    expect(silent).toMatchObject([{ state: 'ok', regions: ['r1', 'r2'] }]);
  });
});
