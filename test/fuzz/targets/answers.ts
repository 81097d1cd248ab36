// The answers of the cloud, from bytes on a socket to a group: vendor's library, our transport, client and converter.
// Invariants:
// 1. nothing throws or rejects, and an input takes no longer than a bound (the engine's part);
// 2. a failure says why in few words, without control characters and without what the request was signed with;
// 3. each rule of a group that is read is what the answer says of it and no wider, by an oracle that shares no code;
// 4. no field that we do not know is dropped silently, and no rule of the answer is missing;
// 5. a rule that is sent again as it was read is read as the same.
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { z } from 'zod';
import { createEcsClient } from '../../../daemon/ecs/client.ts';
import { ruleParams } from '../../../daemon/ecs/convert/rule-params.ts';
import { rulePageSchema } from '../../../daemon/ecs/convert/answer-schemas.ts';
import { decodePermission } from '../../../daemon/ecs/convert/decode-rule.ts';
import type { Failure } from '../../../daemon/ecs/failures/failure.ts';
import { PopTransport } from '../../../daemon/ecs/transport/pop-transport.ts';
import { createRedactor } from '../../../daemon/telemetry/redact.ts';
import type { DescribedGroup, DescribedRule } from '../../../reconciler/model/group.ts';
import { ok } from '../../../reconciler/model/result.ts';
import { ruleContent } from '../../../reconciler/model/rule.ts';
import { answerSeeds, ANSWER_WORDS } from '../seeds/answers.ts';
import { wordsOf } from '../seeds/words.ts';
import { must, type FuzzTarget } from '../target.ts';
import { saidOf, type WireRule } from './wire-oracle.ts';

const SECRET = 'Zq8Xv7Jk2Wm5-secret';
const TOKEN = 'Pf4Rt9Lc3Nb6-token';
const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-bp1web' };

const answerSchema = z.object({
  status: z.int().min(200).max(599).catch(200),
  retryAfter: z
    .string()
    .regex(/^[\x20-\x7e]*$/)
    .catch(''),
  /** Sent as JSON; a text is sent as it is. */
  body: z.unknown().optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** The answer to DescribeSecurityGroups, and those to DescribeSecurityGroupAttribute in their order. */
const inputSchema = z.object({ head: answerSchema, pages: z.array(answerSchema).max(30) });

const bytesOf = ({ body }: Answer): string =>
  typeof body === 'string' ? body : JSON.stringify(body ?? null);

const redact = createRedactor(() => [SECRET, TOKEN]);
const SHORT = 4000;

function checkFailure({ message, kind, code }: Failure): string {
  must(message.length <= SHORT, 'a failure is told in few words', message.length);
  must(!/[\p{Cc}\u2028\u2029]/u.test(message + code), 'a failure holds no control characters', code, message);
  // What an answer has in its fields may be told; what leaves the process goes through the redactor then.
  const told = code.startsWith('Transport.') ? redact(message) : `${code} ${message}`;
  must(!told.includes(SECRET) && !told.includes(TOKEN), 'a failure holds no secret', code, message);
  return `${kind} ${code.slice(0, 40)}`;
}

/** Lists of rules as the bodies have them; null where another reader of JSON would see other numbers. */
function wireRules(pages: readonly Answer[]): WireRule[] | null {
  const rules: WireRule[] = [];
  for (const text of pages.map(bytesOf)) {
    if (/\d{16}|\d[eE]|\d\.\d+[^\d.]*[,}]|-0/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'))) return null;
    const page = z
      .object({ Permissions: z.object({ Permission: z.array(z.record(z.string(), z.unknown())) }) })
      .safeParse(JSON.parse(text));
    if (page.success) rules.push(...page.data.Permissions.Permission);
  }
  return rules;
}

function checkGroup(group: DescribedGroup, pages: readonly Answer[]): string {
  for (const { rule, ...rest } of group.rules) checkSentAgain({ rule, ...rest });
  const wire = wireRules(pages);
  if (wire === null) return 'odd numbers';
  const said = new Map(wire.map((each) => [JSON.stringify(saidOf(each)), each]));
  const read = new Set(group.rules.map((each) => JSON.stringify(readOf(each))));
  for (const each of read) must(said.has(each), 'a rule is as the answer says', each, [...said.keys()]);
  for (const [each, of] of said)
    must(read.has(each), 'no rule of the answer is missing', each, of, [...read]);
  const kinds = group.rules.map(
    ({ rule }) =>
      `${rule.peer.kind}${rule.own === null ? '' : 'own'}${rule.unknown === undefined ? '' : '?'}`,
  );
  return `${group.type} ${group.apiLevel} ${[...new Set(kinds)].sort().join()}`;
}

/** A rule in the terms of the oracle. */
function readOf({ rule, id }: DescribedRule): ReturnType<typeof saidOf> {
  const { direction, action, protocol, priority, ports, sourcePorts, peer, own, unknown } = rule;
  return {
    id: id ?? '',
    direction,
    action,
    protocol,
    priority,
    ports: ports.kind === 'range' ? `${ports.first}/${ports.last}` : ports.kind === 'list' ? ports.id : '',
    sourcePorts: sourcePorts === null ? '' : `${sourcePorts.first}/${sourcePorts.last}`,
    peer: 'address' in peer ? prefixText(peer) : `${peer.kind} ${peer.id}`,
    own: own === null ? '' : prefixText(own),
    isUnknown: unknown !== undefined,
  };
}

const prefixText = ({ kind, address, length }: { kind: string; address: bigint; length: number }): string =>
  `${kind} ${address.toString(16)}/${length}`;

function checkSentAgain({ rule, id }: DescribedRule): void {
  if (rule.unknown !== undefined) return;
  const { SourceGroupOwnerId, DestGroupOwnerId, ...params } = ruleParams(rule) as Record<string, string>;
  const owner = SourceGroupOwnerId ?? DestGroupOwnerId;
  const side = rule.direction === 'ingress' ? 'SourceGroupOwnerAccount' : 'DestGroupOwnerAccount';
  const sent = { ...params, ...(owner === undefined ? {} : { [side]: owner }), Direction: rule.direction };
  const page = rulePageSchema.parse({
    RequestId: 'r',
    SecurityGroupId: GROUP.id,
    Permissions: { Permission: [{ ...sent, SecurityGroupRuleId: id }] },
  });
  const [permission] = page.Permissions.Permission;
  must(permission !== undefined, 'a rule is sent');
  const again = decodePermission(permission, rule.nicType);
  must(
    again.ok && ruleContent(again.value.rule) === ruleContent(rule),
    'a rule sent again is the same',
    rule.direction,
    sent,
    again.ok,
  );
}

export async function createTarget(): Promise<FuzzTarget> {
  let next: Answer[] = [];
  let served: Answer[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const answer = next.shift();
      if (answer === undefined) return response.destroy();
      served.push(answer);
      const retry = answer.retryAfter === '' ? {} : { 'x-acs-retry-after': answer.retryAfter };
      response
        .writeHead(answer.status, { 'content-type': 'application/json', ...retry })
        .end(bytesOf(answer));
      return undefined;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new PopTransport({
    credentials: {
      get: () => Promise.resolve(ok({ accessKeyId: 'key', accessKeySecret: SECRET, securityToken: TOKEN })),
      forget: () => undefined,
      keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
    },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    allowPlainHttp: false,
    timeoutMs: 10_000,
    maxSockets: 1,
  });
  const run = async (input: Buffer): Promise<string> => {
    const parsed = inputSchema.safeParse(jsonOf(input));
    if (!parsed.success) return 'no answers';
    const { head, pages } = parsed.data;
    next = [head, ...pages];
    served = [];
    const client = createEcsClient({
      transport,
      pacer: (_operation, _at, call) => call(),
      apiLevel: 'auto',
      clock: { monotonicMs: () => 0 },
      headAges: { observeMs: 0, writeMs: 0 },
      mayWrite: () => true,
    });
    const read = await client.describeGroup(GROUP);
    return read.ok ? checkGroup(read.value, served.slice(1)) : checkFailure(read.error);
  };
  const seeds = answerSeeds().map((answers) => Buffer.from(JSON.stringify(answers)));
  const words = [...new Set([...wordsOf(seeds.map(String)), ...ANSWER_WORDS, SECRET, TOKEN])];
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { seeds, codec: 'json', words, run, close };
}

function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
