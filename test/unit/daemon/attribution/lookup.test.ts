import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lookUp, type TrailTransport } from '../../../../daemon/attribution/lookup.ts';
import type { TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';

const PAGE = JSON.parse(readFileSync('test/fixtures/actiontrail/lookup-events.json', 'utf8')) as object;

const QUESTION = {
  region: 'cn-hangzhou',
  group: 'sg-bp1web',
  byWrites: false,
  startMs: Date.parse('2026-05-01T09:00:00.999Z'),
  endMs: Date.parse('2026-05-01T10:00:00Z'),
  nextToken: null,
};

const answering = (answer: TransportAnswer): TrailTransport => ({ call: () => Promise.resolve(answer) });
const answered = (body: unknown, status = 200): TransportAnswer => ({ kind: 'answered', status, body });

describe('LookupEvents', () => {
  it('is asked for one group, by one condition, to the second', async () => {
    const sent: object[] = [];
    const transport: TrailTransport = {
      call: (operation, params) => {
        sent.push({ operation, ...params });
        return Promise.resolve(answered(PAGE));
      },
    };
    const page = await lookUp(transport, { ...QUESTION, nextToken: 'abc' });
    expect(sent).toEqual([
      {
        operation: 'LookupEvents',
        RegionId: 'cn-hangzhou',
        'LookupAttribute.1.Key': 'ResourceName',
        'LookupAttribute.1.Value': 'sg-bp1web',
        StartTime: '2026-05-01T09:00:00Z',
        EndTime: '2026-05-01T10:00:00Z',
        MaxResults: '50',
        NextToken: 'abc',
      },
    ]);
    expect(page).toMatchObject({
      ok: true,
      value: { unreadable: 0, nextToken: 'eyJhY2NvdW50IjoiMTQyNDM3OTU4NjM4NzE2MSJ9' },
    });
  });

  it('is asked for all writes of the region, again by one condition', async () => {
    const sent: object[] = [];
    const transport: TrailTransport = {
      call: (_, params) => {
        sent.push(params);
        return Promise.resolve(answered(PAGE));
      },
    };
    await lookUp(transport, { ...QUESTION, byWrites: true });
    expect(sent).toMatchObject([{ 'LookupAttribute.1.Key': 'EventRW', 'LookupAttribute.1.Value': 'Write' }]);
  });

  it('an event of another form is counted, and the others are read', async () => {
    const page = await lookUp(answering(answered({ Events: [{ test: 'test' }], NextToken: '' })), QUESTION);
    expect(page).toEqual({ ok: true, value: { events: [], unreadable: 1, nextToken: null } });
  });

  it.each([
    ['no events', {}],
    ['a list of more than a page', { Events: Array.from({ length: 51 }, () => ({})) }],
    ['HTTP 500', PAGE, 500],
  ])(
    'an answer that is none is a failure, and never a page without events: %s',
    async (_, body, status = 200) => {
      expect(await lookUp(answering(answered(body, status)), QUESTION)).toMatchObject({
        ok: false,
        error: { code: 'Transport.BadAnswer' },
      });
    },
  );

  it.each([
    ['NoPermission', 403, null, 'actiontrail:LookupEvents'],
    ['Forbidden.RAM', 403, 'actiontrail:Lookup*', 'actiontrail:Lookup*'],
    ['NoPermission', 400, null, 'actiontrail:LookupEvents'],
  ])('a refusal with %s (%i) names what to allow', async (code, status, missingAction, allow) => {
    const refusal = { code, status, missingAction, message: 'no', requestId: null, retryAfterMs: null };
    expect(await lookUp(answering({ kind: 'refused', ...refusal }), QUESTION)).toEqual({
      ok: false,
      error: { code, message: `no (allow ${allow} to this identity in RAM)` },
    });
  });
});
