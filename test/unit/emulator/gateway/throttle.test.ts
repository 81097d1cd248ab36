import { describe, expect, it } from 'vitest';
import { errorOf, GatewayFixture, START_MS } from '../../../support/gateway.ts';
import type { Parameters, SigningKey } from '../../../support/signing.ts';

const WRITE = 'AuthorizeSecurityGroup';
const OTHER: SigningKey = { accessKeyId: 'other', accessKeySecret: 's' };

function limited() {
  return new GatewayFixture({
    quirks: { rateLimits: { [WRITE]: 2 } },
    credentials: [
      { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' },
      { accessKeyId: 'other', accessKeySecret: 's', accountId: '42' },
    ],
  });
}

/** HTTP statuses of calls made one after the other. */
function statuses(
  fixture: GatewayFixture,
  count: number,
  action = WRITE,
  parameters: Parameters = {},
): number[] {
  return Array.from({ length: count }, () => fixture.reply(action, parameters).status);
}

describe('flow control', () => {
  it('lets the limit through, then refuses without effect and says how long', () => {
    const fixture = limited();
    fixture.nowMs = START_MS + 20_000;
    expect(statuses(fixture, 2)).toEqual([200, 200]);
    const refused = fixture.reply(WRITE);
    expect([refused.status, errorOf(refused).Code]).toEqual([400, 'Throttling.User']);
    expect(refused.headers['x-acs-retry-after']).toBe('40000');
    expect(fixture.cloud.state.version).toBe(2);
  });

  it('opens again with the next minute of the clock, however late the window was filled', () => {
    const fixture = limited();
    fixture.nowMs = START_MS + 59_999;
    expect(statuses(fixture, 3)).toEqual([200, 200, 400]);
    fixture.nowMs = START_MS + 60_000;
    expect(statuses(fixture, 3)).toEqual([200, 200, 400]);
  });

  it('follows the clock of the admin API', () => {
    const fixture = limited();
    expect(statuses(fixture, 3)).toEqual([200, 200, 400]);
    fixture.cloud.advance(60_000);
    expect(statuses(fixture, 1)).toEqual([200]);
  });

  it('counts each action, region and account by itself', () => {
    const fixture = limited();
    expect(statuses(fixture, 3)).toEqual([200, 200, 400]);
    expect(statuses(fixture, 5, 'DescribeSecurityGroups')).toEqual([200, 200, 200, 200, 200]);
    expect(statuses(fixture, 3, WRITE, { RegionId: 'cn-beijing' })).toEqual([200, 200, 400]);
    expect(fixture.reply(WRITE, {}, { key: OTHER }).status).toBe(200);
  });

  it('counts regions that there are not together', () => {
    const fixture = limited();
    const regions = ['xx-one', 'xx-two', 'x'.repeat(100_000)];
    expect(regions.map((RegionId) => fixture.reply(WRITE, { RegionId }).status)).toEqual([200, 200, 400]);
    expect(statuses(fixture, 1, WRITE, { RegionId: 'cn-beijing' })).toEqual([200]);
  });

  it('does not count calls that are not authentic', () => {
    const fixture = limited();
    const key = { accessKeyId: 'emulator', accessKeySecret: 'guess' };
    for (let call = 0; call < 5; call += 1) fixture.reply(WRITE, {}, { key });
    expect(statuses(fixture, 2)).toEqual([200, 200]);
  });

  it('with a limit of 0 refuses everything', () => {
    const fixture = new GatewayFixture({ quirks: { rateLimits: { [WRITE]: 0 } } });
    expect(statuses(fixture, 1)).toEqual([400]);
  });
});
