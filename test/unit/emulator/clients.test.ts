// The clients that people really use, against the emulator over its socket.
import { createRequire } from 'node:module';
import type Ecs from '@alicloud/ecs20140526';
import type OpenApi from '@alicloud/openapi-core';
import Core from '@alicloud/pop-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../../support/emulator.ts';

// CommonJS: an import of it means one thing to Node and another to the test runner.
const require = createRequire(import.meta.url);
const ecs = require('@alicloud/ecs20140526') as typeof Ecs;
const { $OpenApiUtil } = require('@alicloud/openapi-core') as typeof OpenApi;

const REGION = 'cn-hangzhou';
const GROUP = 'sg-bp1web';
const DESCRIPTION = `*'()!~+/=& ü 安全组 🧱`;
const KEY = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };

let emulator: TestEmulator;
beforeEach(async () => {
  emulator = await startTestEmulator({
    state: { securityGroups: [{ RegionId: REGION, SecurityGroupId: GROUP }] },
    credentials: [KEY, { accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: 'to/ken+=' }],
  });
});
afterEach(() => emulator.close());

async function descriptions(): Promise<unknown[]> {
  const { securityGroups } = await emulator.state();
  return securityGroups.flatMap((group) => group.Permissions.map((rule) => rule.Description));
}

describe('pop-core (V1)', () => {
  const client = (key: object = KEY) =>
    new Core({ ...KEY, ...key, endpoint: emulator.url, apiVersion: '2014-05-26' });
  const parameters = {
    RegionId: REGION,
    SecurityGroupId: GROUP,
    Permissions: [
      { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '192.0.2.0/24', Description: DESCRIPTION },
    ],
  };

  it.each(['GET', 'POST'])('pop-core (V1): %s', async (method) => {
    const answer = await client().request('AuthorizeSecurityGroup', parameters, { method });
    expect(answer).toEqual({ RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) as unknown });
    expect(await descriptions()).toEqual([DESCRIPTION]);
  });

  it('temporary keys', async () => {
    const sts = { accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: 'to/ken+=' };
    await client(sts).request('AuthorizeSecurityGroup', parameters, { method: 'POST' });
    expect(await descriptions()).toEqual([DESCRIPTION]);
    expect(JSON.stringify(await emulator.calls())).not.toContain('to/ken');
  });

  it('a wrong secret', async () => {
    const call = client({ accessKeySecret: 'wrong' }).request('AuthorizeSecurityGroup', parameters, {});
    await expect(call).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    expect(await descriptions()).toEqual([]);
  });
});

describe('the vendor’s current SDK', () => {
  const client = (parts: object = {}) => {
    const config = { ...KEY, endpoint: emulator.endpoint, protocol: 'HTTP', regionId: REGION, ...parts };
    return new ecs.default(new $OpenApiUtil.Config(config));
  };
  const request = () =>
    new ecs.AuthorizeSecurityGroupRequest({
      regionId: REGION,
      securityGroupId: GROUP,
      permissions: Array.from(
        { length: 100 },
        (_, index) =>
          new ecs.AuthorizeSecurityGroupRequestPermissions({
            ipProtocol: 'TCP',
            portRange: `${index + 1}/${index + 1}`,
            sourceCidrIp: '192.0.2.0/24',
            description: DESCRIPTION.repeat(10),
          }),
      ),
    });

  it.each([
    ['V3, a full batch in the URL', {}],
    ['V1, a full batch in the URL', { signatureAlgorithm: 'v2' }],
    ['temporary keys', { accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: 'to/ken+=' }],
  ])('the vendor’s current SDK: %s', async (_name, parts) => {
    const { statusCode, body } = await client(parts).authorizeSecurityGroup(request());
    expect([statusCode, body?.requestId]).toEqual([200, expect.stringMatching(/^[0-9A-F-]{36}$/)]);
    expect(await descriptions()).toEqual(Array.from({ length: 100 }, () => DESCRIPTION.repeat(10)));
  });

  it('a throttled call says when to come back', async () => {
    await emulator.setFaults([{ action: '*', kind: 'throttle', delayMs: 2000 }]);
    const call = client().authorizeSecurityGroup(request());
    await expect(call).rejects.toMatchObject({ code: 'Throttling.User', statusCode: 400, retryAfter: 2000 });
  });

  it('a wrong secret', async () => {
    const call = client({ accessKeySecret: 'wrong' }).authorizeSecurityGroup(request());
    await expect(call).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', statusCode: 400 });
    expect(await descriptions()).toEqual([]);
  });
});
