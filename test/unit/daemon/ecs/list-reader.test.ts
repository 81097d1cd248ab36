// Sizes of lists over a transport that answers from a script: what is asked, and what is not believed.
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../../reconciler/model/operation.ts';
import type { ListKind, Place } from '../../../../daemon/ecs/api.ts';
import { createEcsClient } from '../../../../daemon/ecs/client.ts';
import type { TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { plainClient } from '../../../support/fake-engine.ts';

const PLACE: Place = { account: 'main', region: 'cn-hangzhou' };

type Params = Readonly<Record<string, string>>;

function clientOver(answers: (params: Params) => unknown) {
  const calls: Array<{ operation: Operation; params: Params }> = [];
  const client = createEcsClient({
    transport: {
      call: (operation, params) => {
        calls.push({ operation, params });
        const answer = answers(params) as object;
        const isWhole = 'kind' in answer;
        const body = { kind: 'answered', status: 200, body: answer };
        return Promise.resolve((isWhole ? answer : body) as TransportAnswer);
      },
    },
    ...plainClient(),
  });
  return { client, calls };
}

const prefixPage = (sizes: Readonly<Record<string, number>>, NextToken = '') => ({
  NextToken,
  PrefixLists: {
    PrefixList: Object.entries(sizes).map(([PrefixListId, MaxEntries]) => ({ PrefixListId, MaxEntries })),
  },
});
const portPage = (sizes: Readonly<Record<string, number>>, NextToken = '') => ({
  NextToken,
  PortRangeLists: Object.entries(sizes).map(([PortRangeListId, MaxEntries]) => ({
    PortRangeListId,
    MaxEntries,
  })),
});

it.each<[ListKind, Operation, string, typeof prefixPage | typeof portPage]>([
  ['prefixList', 'DescribePrefixLists', 'PrefixListId', prefixPage],
  ['portList', 'DescribePortRangeLists', 'PortRangeListId', portPage],
])(
  'of a %s: asked by id, all pages, and only those that were asked for',
  async (kind, operation, id, page) => {
    const { client, calls } = clientOver(({ NextToken }) =>
      NextToken === 't2' ? page({ b: 2000 }) : page({ a: 20, stranger: 5 }, 't2'),
    );
    expect(await client.listSizes(PLACE, kind, ['a', 'b', 'gone'])).toEqual({
      ok: true,
      value: { a: 20, b: 2000 },
    });
    const asked = {
      RegionId: 'cn-hangzhou',
      MaxResults: '100',
      [`${id}.1`]: 'a',
      [`${id}.2`]: 'b',
      [`${id}.3`]: 'gone',
    };
    expect(calls).toEqual([
      { operation, params: asked },
      { operation, params: { ...asked, NextToken: 't2' } },
    ]);
  },
);

it('asks for a hundred at a time', async () => {
  const ids = Array.from({ length: 201 }, (_, at) => `pl-${at}`);
  const { client, calls } = clientOver((params) => prefixPage({ [params['PrefixListId.1'] ?? '']: 7 }));
  expect(await client.listSizes(PLACE, 'prefixList', ids)).toEqual({
    ok: true,
    value: { 'pl-0': 7, 'pl-100': 7, 'pl-200': 7 },
  });
  expect(calls.map(({ params }) => params['PrefixListId.100'])).toEqual(['pl-99', 'pl-199', undefined]);
});

describe('what is no answer', () => {
  it.each<[string, unknown]>([
    ['has no lists', { NextToken: '' }],
    ['has a list without a size', { PrefixLists: { PrefixList: [{ PrefixListId: 'pl-a' }] } }],
    ['has a size of nothing', prefixPage({ 'pl-a': 0 })],
    ['has a broken size', prefixPage({ 'pl-a': 1.5 })],
  ])('what is no answer: %s', async (_, answer) => {
    const { client } = clientOver(() => answer);
    expect(await client.listSizes(PLACE, 'prefixList', ['pl-a'])).toMatchObject({
      ok: false,
      error: { code: 'Transport.BadAnswer' },
    });
  });

  it('is refused: the message names the action that is lacking', async () => {
    const { client } = clientOver(() => ({
      kind: 'refused',
      status: 403,
      code: 'Forbidden.RAM',
      message: 'no',
      requestId: 'R-9',
      retryAfterMs: null,
      missingAction: null,
    }));
    expect(await client.listSizes(PLACE, 'portList', ['prl-a'])).toMatchObject({
      ok: false,
      error: { kind: 'denied', message: 'no (allow ecs:DescribePortRangeLists to this identity in RAM)' },
    });
  });
});
