// What a client does that knows of single rules only, as Terraform's provider does: for each rule one Authorize, a read
// until it is there, and a read for its state; ten rules side by side.
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { EMULATOR_KEY, requestV1 } from '../../test/support/signing.ts';
import { PLAIN_GROUP, REGION, SIDE_RULES } from './estate-state.ts';

const SIDE_BY_SIDE = 10;
const READS_PER_RULE = 2;

/** Answers how many milliseconds it took. */
export async function applyPlainly(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: SIDE_BY_SIDE });
  const waiting = [...SIDE_RULES];
  const work = async (): Promise<void> => {
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) {
      await call(agent, url, 'AuthorizeSecurityGroup', {
        'Permissions.1.IpProtocol': 'TCP',
        'Permissions.1.PortRange': `${rule.port}/${rule.port}`,
        'Permissions.1.SourceCidrIp': rule.source,
      });
      for (let read = 0; read < READS_PER_RULE; read += 1) {
        await call(agent, url, 'DescribeSecurityGroupAttribute', { MaxResults: '500' });
      }
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  agent.destroy();
  return performance.now() - beganMs;
}

function call(
  agent: Agent,
  url: string,
  action: string,
  params: Readonly<Record<string, string>>,
): Promise<void> {
  const named = { RegionId: REGION, SecurityGroupId: PLAIN_GROUP, ...params };
  const signing = { key: EMULATOR_KEY, nowMs: Date.now(), nonce: randomUUID() };
  const { method, headers, body } = requestV1(action, named, signing);
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { ...headers } }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${action} was answered with ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
