// The emulator's gateway: a few calls in a row, signed or not, over a small cloud. Invariants:
// 1. nothing throws, and an input takes no longer than a bound (the engine's part);
// 2. every answer is JSON or XML in the vendor's form, with the RequestId of its header, and is below 500;
// 3. what is refused changes nothing;
// 4. the state stays one that the admin API takes again, and shows as it was;
// 5. what is recorded of a call holds no secret.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ACTIONS } from '../../../emulator/actions/table.ts';
import { parseState } from '../../../emulator/admin/state-file.ts';
import { requestHandler } from '../../../emulator/emulator.ts';
import type { Outcome, Reply, WireRequest } from '../../../emulator/wire/wire.ts';
import { replyOf, START_MS } from '../../support/gateway.ts';
import { EMULATOR_KEY, requestV1, requestV3 } from '../../support/signing.ts';
import { gatewaySeeds, GATEWAY_WORDS } from '../seeds/calls.ts';
import { wordsOf } from '../seeds/words.ts';
import { must, type FuzzTarget } from '../target.ts';
import { xmlLeaves } from './xml.ts';

const text = z
  .unknown()
  .optional()
  .transform((value) =>
    typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value),
  );
const texts = z
  .record(z.string(), text)
  .optional()
  .transform((value) => value ?? {})
  .catch({});

/** One request of an input. What is of another shape is taken for what it may be, so that mutations seldom end in nothing. */
const callSchema = z.object({
  how: z.enum(['V1', 'V1-GET', 'V3', 'raw', 'admin']).catch('V1'),
  action: text,
  params: texts,
  method: text,
  target: text,
  headers: texts,
  body: text,
});
type Call = z.infer<typeof callSchema>;

const inputSchema = z.object({ calls: z.array(callSchema).max(40) });

const EXAMPLE: unknown = JSON.parse(readFileSync('emulator/example-state.json', 'utf8'));
const SECRET_PARTS = [EMULATOR_KEY.accessKeySecret, 'Signature='];

type Handle = (request: WireRequest) => Outcome;

const newHandle = (state: unknown): Handle =>
  requestHandler({
    state: parseState(state),
    callsLimit: 50,
    clock: { nowMs: () => START_MS, sleep: () => Promise.resolve() },
  });

function door(handle: Handle, method: string, path: string, body = ''): Reply {
  const request = {
    method,
    target: `/_emulator/${path}`,
    headers: { host: 'localhost' },
    body: Buffer.from(body),
  };
  return replyOf(handle({ ...request, remoteAddress: '127.0.0.1' }));
}

const stateOf = (handle: Handle): string => door(handle, 'GET', 'state').body;

/** A header's text as a socket can bring it: a byte a character, without ends of lines. */
const headerText = (value: string): string => Buffer.from(value.replace(/[\0\r\n]/g, '')).toString('latin1');

function requestOf({ how, action, params, method, target, headers, body }: Call, nonce: string): WireRequest {
  const signed = { key: EMULATOR_KEY, nowMs: START_MS, nonce };
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    sent[headerText(name).toLowerCase()] = headerText(value);
  switch (how) {
    case 'V1':
      return requestV1(action, params, signed);
    case 'V1-GET':
      return requestV1(action, params, { ...signed, method: 'GET' });
    case 'V3':
      return requestV3(action, params, signed);
    case 'raw':
    case 'admin':
      return {
        method,
        target: headerText(how === 'admin' ? `/_emulator/${target}` : target),
        headers: { host: 'localhost', ...sent },
        body: Buffer.from(body),
        remoteAddress: '127.0.0.1',
      };
  }
}

/** The error's code; empty for an answer. */
function checkReply({ status, headers, body }: Reply): string {
  must(status === 200 || (status >= 400 && status < 500), 'an answer is below 500', status, body);
  const requestId = headers['x-acs-request-id'] ?? '';
  must(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(requestId), 'an answer has a RequestId', headers);
  const fields = fieldsOf(headers['content-type'] ?? '', body);
  must(fields !== null, 'an answer is JSON or XML', headers, body);
  must(fields.get('RequestId') === requestId, 'the RequestId stands in the answer', headers, body);
  const code = fields.get('Code') ?? '';
  must(status === 200 || code !== '', 'an error has a code', body);
  must(code !== 'InternalError', 'no answer is an InternalError', body);
  return status === 200 ? '' : code;
}

function fieldsOf(contentType: string, body: string): ReadonlyMap<string, string> | null {
  if (contentType === 'text/xml;charset=utf-8') return xmlLeaves(body);
  if (contentType !== 'application/json;charset=utf-8') return null;
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return null;
    return new Map(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return null;
  }
}

function checkAdmin({ status, body }: Reply): string {
  must(status < 500, 'the admin API never fails by a bug', status, body);
  const parsed: unknown = JSON.parse(body);
  const isError = typeof parsed === 'object' && parsed !== null && 'error' in parsed;
  must(isError === (status !== 200), 'the admin API says what is wrong', status, body);
  return status === 200 ? 'admin' : `admin ${status}`;
}

/** A call's answer, with what it did to the state held against it. */
function send(handle: Handle, call: Call, nonce: string): string {
  const before = stateOf(handle);
  const request = requestOf(call, nonce);
  const reply = replyOf(handle(request));
  const isAdmin = request.target.startsWith('/_emulator/');
  const seen = isAdmin ? checkAdmin(reply) : checkReply(reply);
  if (reply.status !== 200) must(stateOf(handle) === before, 'what is refused changes nothing', call, reply);
  return `${call.how}${call.action.slice(0, 40)} ${seen}`;
}

function checkState(handle: Handle): void {
  const state = stateOf(handle);
  const other = newHandle({});
  const taken = door(other, 'PUT', 'state', state);
  must(taken.status === 200, 'the state is one that the admin API takes', taken.body);
  const [one, again] = [state, stateOf(other)].map((each) => ({
    ...(JSON.parse(each) as object),
    version: 0,
  }));
  must(isDeepStrictEqual(one, again), 'a state that is put shows as it was', one, again);
  const calls = door(handle, 'GET', 'calls').body;
  const secret = SECRET_PARTS.find((part) => calls.includes(part));
  must(secret === undefined, 'what is recorded holds no secret', secret, calls);
}

function run(input: Buffer): string {
  const parsed = inputSchema.safeParse(jsonOf(input));
  if (!parsed.success) return 'no calls';
  const handle = newHandle(EXAMPLE);
  const seen = parsed.data.calls.map((call, at) => {
    // A fault is ordered to make bad answers; and what a client writes there is its own secret.
    const isFault = call.how === 'admin' && call.target.includes('faults');
    return isFault ? '' : send(handle, call, `nonce-${at}`);
  });
  checkState(handle);
  return [...new Set(seen)].sort().join();
}

function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

export async function createTarget(): Promise<FuzzTarget> {
  const seeds = gatewaySeeds(EXAMPLE).map((calls) => Buffer.from(JSON.stringify({ calls })));
  const words = [...new Set([...wordsOf(seeds.map(String)), ...ACTIONS.keys(), ...GATEWAY_WORDS])];
  return Promise.resolve({ seeds, codec: 'json', words, run, close: () => Promise.resolve() });
}
