import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { json, startFakeEndpoint } from '../../../../support/fake-endpoint.ts';

it('DEBUG=* does not make the vendor’s libraries print secrets', async () => {
  const endpoint = await startFakeEndpoint(
    json({
      RequestId: 'R',
      AccessKeyId: 'AK1',
      AccessKeySecret: 'S3cr3tValue',
      SecurityToken: 'T0kenValue',
      Expiration: '2999-01-01T00:00:00Z',
    }),
  );
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'test/support/debug-probe.ts', endpoint.url],
      { env: { ...process.env, DEBUG: '*' } },
    );
    expect(stdout).toBe('done answered *\n'); // DEBUG itself stays as it was
    expect(endpoint.calls.map(({ params }) => params.SecurityToken)).toEqual([undefined, 'T0kenValue']);
    for (const secret of ['S3cr3tValue', 'T0kenValue', 'Signature']) expect(stderr).not.toContain(secret);
  } finally {
    await endpoint.close();
  }
});
