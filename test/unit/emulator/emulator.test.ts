// The emulator as a whole: what its options do, and what a client and the admin API see of one and the same call.
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../emulator/gateway/faults.ts';
import { type TestEmulator, withEmulator } from '../../support/emulator.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import { EMULATOR_KEY, requestV1, type SigningKey, type SigningOptions } from '../../support/signing.ts';

const REGION = 'cn-hangzhou';
const STATE = { securityGroups: [{ RegionId: REGION, SecurityGroupId: 'sg-1' }] };
const RULE = {
  RegionId: REGION,
  SecurityGroupId: 'sg-1',
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.1.PortRange': '443/443',
  'Permissions.1.SourceCidrIp': '192.0.2.0/24',
};

const STRANGER: SigningKey = { accessKeyId: 'stranger', accessKeySecret: 's' };

let nonces = 0;
async function authorize(emulator: TestEmulator, parts: Partial<SigningOptions> = {}): Promise<Response> {
  nonces += 1;
  const signing = { key: EMULATOR_KEY, nowMs: Date.now(), nonce: `nonce-${nonces}`, ...parts };
  const { method, headers, body } = requestV1('AuthorizeSecurityGroup', RULE, signing);
  if (body === 'tooLarge') throw new Error('a rule is not that large');
  return fetch(emulator.url, { method, headers: headers as Record<string, string>, body });
}

const rulesOf = async (emulator: TestEmulator) =>
  (await emulator.state()).securityGroups[0]?.Permissions.length;

describe('a running emulator', () => {
  it('acts, records and shows', () =>
    withEmulator({ state: STATE }, async (emulator) => {
      const response = await authorize(emulator);
      expect(response.status).toBe(200);
      const { RequestId } = (await response.json()) as { RequestId: string };
      expect(await rulesOf(emulator)).toBe(1);
      expect(await emulator.calls()).toMatchObject([
        {
          seq: 1,
          action: 'AuthorizeSecurityGroup',
          status: 200,
          code: '',
          requestId: RequestId,
          effect: true,
        },
      ]);
      await emulator.clearCalls();
      expect(await emulator.calls()).toEqual([]);
    }));

  it.each<[FaultKind, number | undefined]>([
    ['resetBefore', 0],
    ['resetAfter', 1],
    ['hang', 1],
    ['slow', 1],
    ['html', 1],
    ['empty', 1],
    ['truncate', 1],
  ])('%s leaves %i rules, and only the admin API knows', (kind, rules) =>
    withEmulator({ state: STATE }, async (emulator) => {
      await emulator.setFaults([{ action: '*', kind, count: 1, delayMs: 1 }]);
      const answer = authorize(emulator).then((response) => response.json());
      // A call that hangs is over, as far as the cloud is concerned, long before its client gives up.
      if (kind === 'hang') while ((await emulator.calls()).length === 0);
      else if (kind === 'slow') await answer;
      else await expect(answer).rejects.toThrow();
      if (kind === 'hang') answer.catch(() => undefined);
      expect(await rulesOf(emulator)).toBe(rules);
      expect(await emulator.calls()).toMatchObject([{ fault: kind, effect: rules === 1 }]);
    }),
  );

  it('takes the state, quirks, credentials and limits that it is given', async () => {
    const key: SigningKey = { accessKeyId: 'mine', accessKeySecret: 's' };
    const quirks = { rateLimits: { AuthorizeSecurityGroup: 1 } };
    await withEmulator({ state: STATE, quirks, credentials: [key], callsLimit: 2 }, async (emulator) => {
      expect((await authorize(emulator)).status).toBe(404);
      expect((await authorize(emulator, { key })).status).toBe(200);
      expect((await authorize(emulator, { key })).status).toBe(400);
      await emulator.advance(60_000);
      expect((await authorize(emulator, { key })).status).toBe(200);
      await emulator.setQuirks({ rateLimits: { AuthorizeSecurityGroup: 0 } });
      expect((await authorize(emulator, { key })).status).toBe(400);
      expect((await emulator.calls()).map(({ seq }) => seq)).toEqual([4, 5]);
    });
  });

  it('replaces its state as a whole, which a client sees at once', () =>
    withEmulator({ state: STATE }, async (emulator) => {
      await authorize(emulator);
      await emulator.setState({ securityGroups: [{ RegionId: REGION, SecurityGroupId: 'sg-2' }] });
      expect((await emulator.state()).securityGroups.map((group) => group.SecurityGroupId)).toEqual(['sg-2']);
      expect((await authorize(emulator)).status).toBe(404);
    }));

  it('gives the same ids for the same seed', async () => {
    const ids = async (seed: number) => {
      let found: string[] = [];
      await withEmulator({ state: STATE, seed }, async (emulator) => {
        await authorize(emulator);
        const { securityGroups } = await emulator.state();
        found = securityGroups.flatMap((group) =>
          group.Permissions.map((rule) => String(rule.SecurityGroupRuleId)),
        );
        found.push(...(await emulator.calls()).map((call) => call.requestId));
      });
      return found;
    };
    const [first, again, other] = [await ids(1), await ids(1), await ids(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('gives a rule the same id, however often someone looked before', async () => {
    const ids: unknown[] = [];
    for (const looks of [0, 3]) {
      await withEmulator({ state: STATE }, async (emulator) => {
        for (let look = 0; look < looks; look += 1) await authorize(emulator, { key: STRANGER });
        await authorize(emulator);
        ids.push((await emulator.state()).securityGroups[0]?.Permissions[0]?.SecurityGroupRuleId);
      });
    }
    expect(ids[0]).toMatch(/^sgr-/);
    expect(ids[1]).toBe(ids[0]);
  });

  onlyWith('IPv6 loopback', it)('listens on IPv6 loopback with a working admin API', () =>
    withEmulator({ host: '::1' }, async (emulator) => {
      expect(emulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
      expect((await emulator.state()).securityGroups).toEqual([]);
    }),
  );

  it('closes while someone is connected and says nothing', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await withEmulator({}, async (emulator) => {
      const { port, hostname } = new URL(emulator.url);
      const socket = connect(Number(port), hostname);
      closed = new Promise((resolve) => socket.on('close', resolve));
      await new Promise((resolve) => socket.on('connect', resolve));
      await emulator.state();
    });
    await closed;
  });
});
