// What the emulator's gateway promises for any input at all:
// 1. No request makes it throw: each gets one reply, of a format that its content type names.
// 2. A signed request that was changed on its way either means the same still, or is refused without effect.
// 3. A signed request with nonsense parameters is answered, or refused in the vendor's words; never with an
//    InternalError, and refused means without effect.
// 4. The admin API answers nonsense with an error and changes nothing.
// 5. Each API request leaves one record, which holds no secret.
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestHandler } from '../../emulator/emulator.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import type { Outcome, Reply, WireRequest } from '../../emulator/wire/wire.ts';
import { startTestEmulator } from '../support/emulator.ts';
import { replyOf, START_MS } from '../support/gateway.ts';
import { runs } from '../support/runs.ts';
import {
  EMULATOR_KEY,
  type Parameters,
  requestV1,
  requestV3,
  type SigningOptions,
} from '../support/signing.ts';

const STATE = {
  securityGroups: [
    {
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-1',
      Permissions: [
        {
          SecurityGroupRuleId: 'sgr-1',
          IpProtocol: 'TCP',
          PortRange: '80/80',
          SourceCidrIp: '192.0.2.0/24',
          Direction: 'ingress',
        },
      ],
    },
  ],
};

type Handle = (request: WireRequest) => Outcome;

const newHandle = (): Handle =>
  requestHandler({
    state: parseState(STATE),
    callsLimit: 1,
    clock: { nowMs: () => START_MS, sleep: () => Promise.resolve() },
  });

function door(handle: Handle, method: string, name: string, body = ''): Reply {
  const request = {
    method,
    target: `/_emulator/${name}`,
    headers: { host: 'localhost' },
    body: Buffer.from(body),
  };
  return replyOf(handle({ ...request, remoteAddress: '127.0.0.1' }));
}

const stateText = (handle: Handle) => door(handle, 'GET', 'state').body;

interface Record {
  readonly seq: number;
  readonly params: Parameters;
  readonly effect: boolean;
}

function lastCall(handle: Handle): { text: string; record: Record } {
  const { body } = door(handle, 'GET', 'calls');
  const [record] = JSON.parse(body) as Record[];
  if (record === undefined) throw new Error('no call was recorded');
  return { text: body, record };
}

let nonce = 0;
function signing(): SigningOptions {
  nonce += 1;
  return { key: EMULATOR_KEY, nowMs: START_MS, nonce: `n-${nonce}` };
}

/** For the inner loops, where a matcher's own work would be most of the time. */
function must(condition: boolean, promise: string, ...shown: unknown[]): void {
  if (!condition) throw new Error(`${promise}: ${JSON.stringify(shown)}`);
}

/** Promise 1 for a reply; gives the error code, empty after success. */
function codeOf(reply: Reply): string {
  if (reply.headers['content-type'] === 'application/json;charset=utf-8') {
    const body = JSON.parse(reply.body) as { Code?: string; RequestId: string };
    must(body.RequestId === reply.headers['x-acs-request-id'], 'the request id stands twice', reply);
    return body.Code ?? '';
  }
  must(reply.headers['content-type'] === 'text/xml;charset=utf-8', 'JSON or XML', reply);
  must(XML_DOCUMENT.test(reply.body), 'XML has one root', reply);
  return /<Code>(.*)<\/Code>/.exec(reply.body)?.[1] ?? '';
}

const XML_DOCUMENT = /^<\?xml version="1\.0" encoding="UTF-8"\?><(\w+)>.*<\/\1>$/s;

/** What a socket can deliver: in the request line and headers each character is one byte. */
const byteText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});
const token = fc.constantFrom(
  '%',
  '%zz',
  '%00',
  '%ff',
  '&',
  '=',
  '&&',
  '+',
  '?',
  '/',
  '#',
  ';',
  ',',
  '=a',
  'Action=',
  'constructor;',
  '__proto__;',
  '__proto__=a',
  '\u0000',
  '',
);

const mutation = fc.record({
  part: fc.constantFrom(
    'target',
    'body',
    'method',
    'authorization',
    'host',
    'x-acs-date',
    'x-acs-action',
    'content-type',
    'signed headers',
  ),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.integer({ min: 0, max: 8 }),
  insert: fc.oneof(token, byteText),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(request: WireRequest, { part, at, drop, insert }: Mutation): WireRequest {
  const change = (text: string) => {
    const from = Math.floor(at * text.length);
    return text.slice(0, from) + insert + text.slice(from + drop);
  };
  if (part === 'method') return { ...request, method: insert === '' ? 'PUT' : insert };
  if (part === 'target') return { ...request, target: change(request.target) };
  if (part === 'body')
    return { ...request, body: Buffer.from(change(request.body.toString('latin1')), 'latin1') };
  if (part === 'signed headers') {
    const authorization = String(request.headers.authorization).replace(/SignedHeaders=/, `$&${insert}`);
    return { ...request, headers: { ...request.headers, authorization } };
  }
  const value = request.headers[part];
  return {
    ...request,
    headers: { ...request.headers, [part]: change(typeof value === 'string' ? value : '') },
  };
}

const PARAMETERS: Parameters = {
  RegionId: 'cn-hangzhou',
  SecurityGroupId: 'sg-1',
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.1.PortRange': '443/443',
  'Permissions.1.SourceCidrIp': '198.51.100.0/24',
  'Permissions.1.Description': 'a & b = ü',
};

const sign = fc.constantFrom(
  (signed: SigningOptions) => requestV1('AuthorizeSecurityGroup', PARAMETERS, signed),
  (signed: SigningOptions) => requestV1('AuthorizeSecurityGroup', PARAMETERS, { ...signed, method: 'GET' }),
  (signed: SigningOptions) => requestV3('AuthorizeSecurityGroup', PARAMETERS, signed),
);

/** A good body for some endpoints. */
const EMPTY = /^\s*(\{\s*\}|\[\s*\])\s*$/;

describe('the gateway, given anything', () => {
  it('never throws on bytes, never acts on them, and records them (1, 5)', () => {
    const handle = newHandle();
    const before = stateText(handle);
    const anything = fc.record({
      method: fc.oneof(fc.constantFrom('GET', 'POST'), byteText),
      target: fc.oneof(
        byteText,
        fc.array(fc.oneof(token, byteText)).map((parts) => `/?${parts.join('')}`),
      ),
      headers: fc.dictionary(
        fc.constantFrom('authorization', 'x-acs-action', 'content-type', 'host'),
        byteText,
      ),
      body: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      remoteAddress: fc.constant('127.0.0.1'),
    });
    let seq = 0;
    fc.assert(
      fc.property(anything, (request) => {
        const reply = replyOf(handle(request));
        must(reply.status >= 400 && codeOf(reply) !== '', 'refused', reply);
        seq += 1;
        const { record } = lastCall(handle);
        must(record.seq === seq && !record.effect, 'recorded, without effect', record);
      }),
      runs(3000),
    );
    expect(stateText(handle)).toBe(before);
  });

  it('refuses what was changed on the way, or it means the same (1, 2, 5)', () => {
    let accepted = 0;
    const tried = runs(5000);
    const handle = newHandle();
    fc.assert(
      fc.property(sign, fc.array(mutation, { minLength: 1, maxLength: 3 }), (build, mutations) => {
        const reply = replyOf(handle(mutations.reduce(mutated, build(signing()))));
        const code = codeOf(reply);
        const { record, text } = lastCall(handle);
        must(!text.includes('Signature='), 'no secret is recorded', text);
        if (reply.status === 200) {
          accepted += 1;
          must(
            isDeepStrictEqual({ ...record.params }, PARAMETERS),
            'what is accepted means the same',
            record,
          );
        } else {
          must(code !== '' && !record.effect, 'refused without effect', record);
        }
      }),
      tried,
    );
    // The property has something to say only if both happen.
    expect(accepted).toBeGreaterThan(0.01 * tried.numRuns);
    expect(accepted).toBeLessThan(0.5 * tried.numRuns);
  });

  it('answers signed nonsense in the vendor’s words, and a refusal has no effect (1, 3)', () => {
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '-1',
        '1',
        '100',
        '1e9',
        'sg-1',
        'sgr-1',
        'TCP',
        'ALL',
        '80/80',
        '-1/-1',
        '0.0.0.0/0',
        '::/0',
      ),
      fc.constantFrom(
        'accept',
        'drop',
        'intranet',
        'pl-1',
        'prl-1',
        'NaN',
        'null',
        '[]',
        '["sg-1"]',
        '{}',
        '__proto__',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const name = fc.oneof(
      fc.constantFrom(
        ...Object.keys(PARAMETERS),
        'SecurityGroupRuleId',
        'SecurityGroupRuleId.1',
        'SecurityGroupIds',
      ),
      fc.constantFrom(
        'IpProtocol',
        'PortRange',
        'SourceCidrIp',
        'DestCidrIp',
        'Ipv6SourceCidrIp',
        'SourceGroupId',
      ),
      fc.constantFrom(
        'Permissions.1.Priority',
        'Permissions.1.Policy',
        'Permissions.1.NicType',
        'Permissions.1',
      ),
      fc.constantFrom(
        'MaxResults',
        'NextToken',
        'Direction',
        'ClientToken',
        'VpcId',
        'SecurityGroupName',
        'Tag.1.Key',
      ),
      fc.constantFrom(
        'Permissions.0.IpProtocol',
        'Permissions.101.IpProtocol',
        'Permissions.x',
        'Permissions.1.1.1',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    );
    const action = fc.constantFrom(
      'AuthorizeSecurityGroup',
      'AuthorizeSecurityGroupEgress',
      'CreateSecurityGroup',
      'DescribeSecurityGroupAttribute',
      'DescribeSecurityGroups',
      'ModifySecurityGroupRule',
      'RevokeSecurityGroup',
    );
    let handle = newHandle();
    let effects = 0;
    fc.assert(
      fc.property(
        action,
        fc.dictionary(name, value, { maxKeys: 5 }),
        fc.boolean(),
        (called, parts, whole) => {
          // Names of the gateway's own parameters would unmake the signature.
          const own = Object.entries(parts).filter(
            ([key]) => !/^(Access|Action|Format|S(ecurityToken|ignature)|Timestamp|Version)/.test(key),
          );
          const parameters = { ...(whole ? PARAMETERS : {}), ...Object.fromEntries(own) };
          const reply = replyOf(handle(requestV1(called, parameters, signing())));
          must(!/InternalError|Signature/.test(codeOf(reply)), 'a code of the action', reply);
          const { record } = lastCall(handle);
          if (reply.status !== 200) must(!record.effect, 'refused without effect', reply);
          else if (record.effect) effects += 1;
          // A cloud that only grows would make each call slower than the one before.
          if (record.effect && effects % 20 === 0) handle = newHandle();
        },
      ),
      runs(2500),
    );
  });

  it('the admin API answers nonsense with an error and changes nothing (4)', () => {
    const handle = newHandle();
    const names = ['state', 'quirks', 'faults', 'clock'];
    const look = () => names.map((name) => JSON.parse(door(handle, 'GET', name).body) as unknown);
    const before = look();
    const state = stateText(handle);
    const body = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.json());
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom('PUT', 'POST', 'PATCH'),
        body,
        (name, method, text) => {
          const reply = door(handle, method, name, text);
          if (reply.status === 200) must(EMPTY.test(text), 'only an empty body is good', name, text);
          else must('error' in (JSON.parse(reply.body) as object), 'an error', reply);
          if (name === 'state' && reply.status === 200) door(handle, 'PUT', 'state', state);
        },
      ),
      runs(800),
    );
    expect(look()).toEqual(before);
  });
});

describe('the gateway, over a socket', () => {
  it('survives anything that is written to it', async () => {
    const emulator = await startTestEmulator({ state: STATE });
    const port = Number(new URL(emulator.url).port);
    const send = (bytes: Buffer) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
        socket.on('data', () => undefined);
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    const line = fc.oneof(
      fc.constantFrom('GET / HTTP/1.1', 'POST /?A=%zz HTTP/1.1', 'PUT /_emulator/state HTTP/1.1'),
      byteText,
    );
    const head = fc.oneof(
      fc.constantFrom(
        'Host: a',
        'Content-Length: 3',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
        'Upgrade: x',
      ),
      byteText,
    );
    const message = fc
      .tuple(line, fc.array(head, { maxLength: 4 }), byteText)
      .map(([first, heads, body]) => Buffer.from([first, ...heads, '', body].join('\r\n'), 'latin1'));
    const before = await emulator.state();
    await fc.assert(fc.asyncProperty(message, send), runs(150));
    expect(await emulator.state()).toEqual(before);
    await emulator.close();
  });
});
