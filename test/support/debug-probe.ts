// Run as a program of its own, with DEBUG in its environment: one call with a temporary key, and one fetch of
// credentials. Prints `done` and what it got. argv: the URL of an endpoint that answers anything.
import { createCredentialsSource } from '../../daemon/ecs/credentials/credentials.ts';
import { PopTransport } from '../../daemon/ecs/transport/pop-transport.ts';

const [url = ''] = process.argv.slice(2);
const credentials = createCredentialsSource({ type: 'uri', uri: `${url}/credentials` }, {});
const transport = new PopTransport({
  credentials,
  endpoint: url,
  allowPlainHttp: false,
  timeoutMs: 5_000,
  maxSockets: 1,
});
const answer = await transport.call('DescribeSecurityGroups', { RegionId: 'cn-hangzhou' });
process.stdout.write(`done ${answer.kind} ${process.env.DEBUG ?? ''}\n`);
