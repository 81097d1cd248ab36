// An emulator that begins with the saved state of another one, with the same seed: nothing that it makes is named as
// what is there, and no request as one of the run before.
import { expect, it } from 'vitest';
import { withEmulator, type StateJson, type TestEmulator } from '../../support/emulator.ts';
import { EMULATOR_KEY, requestV1, type Parameters } from '../../support/signing.ts';

const REGION = 'cn-hangzhou';

let nonces = 0;
async function call(emulator: TestEmulator, action: string, parameters: Parameters): Promise<string> {
  nonces += 1;
  const signing = { key: EMULATOR_KEY, nowMs: Date.now(), nonce: `restart-${nonces}` };
  const { method, headers, body } = requestV1(action, { RegionId: REGION, ...parameters }, signing);
  if (body === 'tooLarge') throw new Error('the parameters are not that large');
  const response = await fetch(emulator.url, { method, headers: headers as Record<string, string>, body });
  expect(response.status).toBe(200);
  return ((await response.json()) as { RequestId: string }).RequestId;
}

/** A group, two lists and three rules, named after the run. */
async function work(emulator: TestEmulator, run: string, port: number): Promise<string[]> {
  const rules = [0, 1, 2].map((n) => ({
    [`Permissions.${n + 1}.IpProtocol`]: 'TCP',
    [`Permissions.${n + 1}.PortRange`]: `${port + n}/${port + n}`,
    [`Permissions.${n + 1}.SourceCidrIp`]: '10.0.0.0/8',
  }));
  return [
    await call(emulator, 'CreateSecurityGroup', { SecurityGroupName: run, VpcId: 'vpc-1' }),
    await call(emulator, 'CreatePrefixList', { PrefixListName: run, AddressFamily: 'IPv4', MaxEntries: '1' }),
    await call(emulator, 'CreatePortRangeList', { PortRangeListName: run, MaxEntries: '1' }),
    await call(emulator, 'AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      ...(Object.assign({}, ...rules) as Parameters),
    }),
  ];
}

const idsOf = ({ securityGroups = [], prefixLists = [], portRangeLists = [] }: StateJson): unknown[] => [
  ...securityGroups.flatMap(({ SecurityGroupId, Permissions }) => [
    SecurityGroupId,
    ...(Permissions as ReadonlyArray<{ SecurityGroupRuleId: string }>).map(
      (rule) => rule.SecurityGroupRuleId,
    ),
  ]),
  ...prefixLists.map(({ PrefixListId }) => PrefixListId),
  ...portRangeLists.map(({ PortRangeListId }) => PortRangeListId),
];

it.each(['is started with', 'is given'])(
  'An emulator that %s the saved state of one with the same seed gives no id a second time',
  async (how) => {
    let saved: StateJson = { securityGroups: [{ SecurityGroupId: 'sg-web' }] };
    const requests: string[] = [];
    for (const [run, port] of [
      ['first', 1000],
      ['second', 2000],
      ['third', 3000],
    ] as const) {
      const started = how === 'is started with';
      await withEmulator({ seed: 5, ...(started ? { state: saved } : {}) }, async (emulator) => {
        if (!started) await emulator.setState(saved);
        const ids = await work(emulator, run, port);
        if (started) requests.push(...ids);
        saved = await emulator.state();
      });
    }
    expect(idsOf(saved)).toHaveLength(1 + 3 * 6);
    expect(new Set(idsOf(saved)).size).toBe(1 + 3 * 6);
    expect(new Set(requests).size).toBe(requests.length);
  },
);
