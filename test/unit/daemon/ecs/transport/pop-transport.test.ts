// Every trap of pop-core and httpx that dependencies were checked for, against real sockets on loopback.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Credentials, CredentialsSource } from '../../../../../daemon/ecs/credentials/credentials.ts';
import { PopTransport, type PopTransportOptions } from '../../../../../daemon/ecs/transport/pop-transport.ts';
import { failureOf } from '../../../../../daemon/ecs/transport/pop-errors.ts';
import type { Transport, TransportAnswer } from '../../../../../daemon/ecs/transport/transport.ts';
import { err, ok } from '../../../../../reconciler/model/result.ts';
import {
  hang,
  json,
  reset,
  startFakeEndpoint,
  text,
  type FakeEndpoint,
  type Script,
} from '../../../../support/fake-endpoint.ts';

const SECRET = 'S3cr3t+/key=';
const TOKEN = 'T0ken+with/odd=chars&more';
const PARAMS = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1', ClientToken: 'token-1' };
const ACCEPTED = { RequestId: 'R-1' };

const key = (changes: Partial<Credentials> = {}): Credentials => ({
  accessKeyId: 'AKID',
  accessKeySecret: SECRET,
  securityToken: TOKEN,
  ...changes,
});

const fixedSource = (credentials: Credentials = key()): CredentialsSource => ({
  get: () => Promise.resolve(ok(credentials)),
  forget: () => undefined,
  keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
});

const open: FakeEndpoint[] = [];
const start = async (...args: Parameters<typeof startFakeEndpoint>): Promise<FakeEndpoint> => {
  const endpoint = await startFakeEndpoint(...args);
  open.push(endpoint);
  return endpoint;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

const transportTo = (url: string | null, changes: Partial<PopTransportOptions> = {}): Transport =>
  new PopTransport({
    credentials: fixedSource(),
    endpoint: url,
    allowPlainHttp: false,
    timeoutMs: 5_000,
    maxSockets: 4,
    ...changes,
  });

/** One call against a script; also checks that the server saw it at most once and that no secret came back. */
const callOnce = async (script: Script, changes: Partial<PopTransportOptions> = {}) => {
  const endpoint = await start(script);
  const answer = await transportTo(endpoint.url, changes).call('RevokeSecurityGroup', PARAMS);
  expect(endpoint.calls.length).toBeLessThanOrEqual(1);
  expectNoSecret(answer);
  return { answer, endpoint };
};

const expectNoSecret = (answer: TransportAnswer): void => {
  const shown = JSON.stringify(answer);
  for (const secret of [SECRET, TOKEN]) {
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(encodeURIComponent(secret));
  }
  expect(shown).not.toMatch(/Signature=/);
};

describe('what is sent', () => {
  it('is one POST whose URL holds nothing and whose form holds everything', async () => {
    const { endpoint } = await callOnce(json(ACCEPTED));
    const [call] = endpoint.calls;
    expect(call?.method).toBe('POST');
    expect(call?.url).toBe('/');
    expect(call?.params).toMatchObject({
      ...PARAMS,
      Action: 'RevokeSecurityGroup',
      Version: '2014-05-26',
      Format: 'JSON',
      AccessKeyId: 'AKID',
      SecurityToken: TOKEN,
      SignatureMethod: 'HMAC-SHA1',
    });
    expect(call?.params.Signature).toBeTruthy();
    expect(JSON.stringify(call?.headers)).not.toContain(TOKEN);
  });

  it('keeps the headers of the library, which own headers would replace', async () => {
    const { endpoint } = await callOnce(json(ACCEPTED));
    expect(endpoint.calls[0]?.headers).toMatchObject({
      'x-acs-action': 'RevokeSecurityGroup',
      'x-acs-version': '2014-05-26',
    });
  });

  it('has a fresh nonce each time, the same parameters, one connection', async () => {
    const endpoint = await start(json(ACCEPTED));
    const transport = transportTo(endpoint.url);
    await transport.call('RevokeSecurityGroup', PARAMS);
    await transport.call('RevokeSecurityGroup', PARAMS);
    const [first, second] = endpoint.calls;
    expect(first?.params.SignatureNonce).not.toBe(second?.params.SignatureNonce);
    expect(second?.params).toMatchObject(PARAMS);
    expect(endpoint.connections()).toBe(1);
  });

  it('goes out with frozen options and parameters, and changes neither', async () => {
    const endpoint = await start(json(ACCEPTED));
    const options = Object.freeze({
      credentials: fixedSource(),
      endpoint: `${endpoint.url}/`,
      allowPlainHttp: false,
      timeoutMs: 5_000,
      maxSockets: 1,
    });
    const params = Object.freeze({ ...PARAMS });
    const answer = await new PopTransport(options).call('RevokeSecurityGroup', params);
    expect(answer).toMatchObject({ kind: 'answered' });
    expect(params).toEqual(PARAMS);
  });

  it('is signed with the credentials of the moment', async () => {
    const endpoint = await start(json(ACCEPTED));
    const keys = ['AK1', 'AK2'].map((accessKeyId) => key({ accessKeyId, securityToken: null }));
    const credentials: CredentialsSource = {
      get: () => Promise.resolve(ok(keys.shift() ?? key())),
      forget: () => undefined,
      keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
    };
    const transport = transportTo(endpoint.url, { credentials });
    await transport.call('RevokeSecurityGroup', PARAMS);
    await transport.call('RevokeSecurityGroup', PARAMS);
    expect(endpoint.calls.map((call) => call.params.AccessKeyId)).toEqual(['AK1', 'AK2']);
    expect(endpoint.calls[0]?.params).not.toHaveProperty('SecurityToken');
  });

  it('is nothing at all without credentials, where pop-core would send it unsigned', async () => {
    const credentials: CredentialsSource = {
      get: () => Promise.resolve(err({ code: 'Transport.NoCredentials', message: 'accessKey: none' })),
      forget: () => undefined,
      keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
    };
    const { answer, endpoint } = await callOnce(json(ACCEPTED), { credentials });
    expect(answer).toEqual({ kind: 'failed', code: 'Transport.NoCredentials', message: 'accessKey: none' });
    expect(endpoint.connections()).toBe(0);
  });

  it('is nothing at all with half a surrogate pair, on which pop-core throws', async () => {
    const endpoint = await start(json(ACCEPTED));
    const params = { ...PARAMS, Description: 'cut \ud83d' };
    const answer = await transportTo(endpoint.url).call('ModifySecurityGroupRule', params);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.Unencodable' });
    expect(endpoint.connections()).toBe(0);
  });

  it.each([
    ['a region that is a host', { RegionId: 'evil.example/#' }, null],
    ['no region', {}, null],
    ['plain http to another machine', PARAMS, 'http://192.0.2.1'],
    ['an endpoint with a path', PARAMS, 'https://127.0.0.1/path'],
  ])('is nothing at all with %s', async (_name, params, endpoint) => {
    const answer = await transportTo(endpoint).call('RevokeSecurityGroup', params);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.BadEndpoint' });
  });
});

describe('answers', () => {
  it.each([200, 403, 500, 503])('come with their HTTP status, which pop-core ignores: %i', async (status) => {
    const { answer } = await callOnce(json({ message: 'oops', code: 'Forbidden' }, status));
    expect(answer).toEqual({ kind: 'answered', status, body: { message: 'oops', code: 'Forbidden' } });
  });

  it('have long integers as exact texts, wherever they stand', async () => {
    const { answer } = await callOnce(
      json(
        '{"RequestId":"R","Owner":1557809237701234567,"Priority":1,"In":[{"Of":1557809237701234568}, null]}',
      ),
    );
    if (answer.kind !== 'answered') expect.fail(answer.kind);
    expect(answer.body).toEqual({
      ...{ RequestId: 'R', Owner: '1557809237701234567', Priority: 1 },
      In: [{ Of: '1557809237701234568' }, null],
    });
  });

  it('that refuse keep code, id, status and the wait in milliseconds', async () => {
    const body = { Code: 'Throttling.User', Message: 'slow down', RequestId: 'R-9', HostId: 'h' };
    const { answer } = await callOnce(json(body, 400, { 'x-acs-retry-after': '2000' }));
    expect(answer).toEqual({
      kind: 'refused',
      status: 400,
      code: 'Throttling.User',
      message: 'slow down',
      requestId: 'R-9',
      retryAfterMs: 2000,
      missingAction: null,
    });
  });

  it.each([
    ['999999999', 120_000],
    ['soon', null],
    ['-1', null],
  ])('bound the wait that they ask for: %s', async (header, retryAfterMs) => {
    const { answer } = await callOnce(json({ Code: 'Throttling' }, 400, { 'x-acs-retry-after': header }));
    expect(answer).toMatchObject({ kind: 'refused', retryAfterMs });
  });

  it('that refuse by RAM name the missing action', async () => {
    const { answer } = await callOnce(
      json(
        {
          Code: 'Forbidden.RAM',
          Message: 'User not authorized to operate on the specified resource.',
          RequestId: 'R',
          AccessDeniedDetail: { AuthAction: 'ecs:RevokeSecurityGroup', PolicyType: 'x' },
        },
        403,
      ),
    );
    expect(answer).toMatchObject({ kind: 'refused', missingAction: 'ecs:RevokeSecurityGroup' });
  });

  it.each<[string, unknown, string]>([
    ['a number', 500, '500'],
    ['true', true, 'UnreadableCode'],
    ['a list', ['x'], 'UnreadableCode'],
  ])('with an error code that is %s are refusals all the same', async (_name, Code, code) => {
    const { answer } = await callOnce(json({ Code, Message: 7 }, 500));
    expect(answer).toMatchObject({ kind: 'refused', status: 500, code, message: '', requestId: null });
  });

  it.each([
    ['raw', TOKEN],
    ['percent-encoded', encodeURIComponent(TOKEN)],
    ['twice encoded', encodeURIComponent(encodeURIComponent(TOKEN))],
  ])('lose a token that their message repeats: %s', async (_name, shown) => {
    const { answer } = await callOnce(
      json({ Code: 'InvalidSecurityToken.Expired', Message: `<${shown}>` }, 400),
    );
    expect(answer).toMatchObject({ kind: 'refused', message: '<[redacted]>' });
  });

  it('lose the string to sign of a refused signature', async () => {
    const Message =
      'Specified signature is not matched with our calculation. server string to sign is:' +
      `POST&%2F&AccessKeyId%3DAKID%26SecurityToken%3D${encodeURIComponent(encodeURIComponent('other'))}`;
    const { answer } = await callOnce(json({ Code: 'SignatureDoesNotMatch', Message }, 400));
    if (answer.kind !== 'refused') expect.fail(answer.kind);
    expect(answer.message).toMatch(
      /^the secret of the variable KEY is not that of its access key: .*string to sign is \[redacted\]$/,
    );
  });

  it.each([
    ['InvalidSecurityToken.Expired', 1],
    ['InvalidAccessKeyId.NotFound', 1],
    ['SignatureDoesNotMatch', 1],
    ['Throttling', 0],
    ['Forbidden.RAM', 0],
  ])('%s makes the source forget its credentials %i times', async (Code, times) => {
    let forgotten = 0;
    const credentials = { ...fixedSource(), forget: () => (forgotten += 1) };
    await callOnce(json({ Code }, 400), { credentials });
    expect(forgotten).toBe(times);
  });
});

describe('answers that are not the vendor’s', () => {
  it.each<[string, Script, RegExp]>([
    ['HTML of a proxy', text('<html><body>502 Bad Gateway</body></html>', 502), /41 characters of HTML/],
    ['nothing', text('', 503), /answered with nothing/],
    ['nothing with 200', text('', 200), /answered with nothing/],
    ['a redirect', text('', 302, { location: 'http://127.0.0.1:1/' }), /answered with nothing/],
    ['half of the JSON', text('{"RequestId":"R', 200), /text that is not JSON/],
    ['null', json('null'), /another shape/],
    ['an error code that is an object', json({ Code: {} }, 500), /another shape/],
    ['a forbidden key', json('{"__proto__":{"x":1}}'), /text that is not JSON/],
    ['JSON too deep', json('['.repeat(200_000)), /another shape|not JSON/],
  ])('answers that are not the vendor’s: %s', async (_name, script, message) => {
    const { answer } = await callOnce(script);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.NotJson' });
    expect(answer).toHaveProperty('message', expect.stringMatching(message));
  });

  it('are never quoted, for they may echo the request', async () => {
    const { answer } = await callOnce((call, response) => {
      response.end(`<html>${JSON.stringify(call.params)}</html>`);
    });
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.NotJson' });
  });

  it('a redirect is not followed', async () => {
    const other = await start(json(ACCEPTED));
    await callOnce(text('', 307, { location: other.url }));
    expect(other.calls).toEqual([]);
  });
});

describe('connections that fail', () => {
  it.each<[string, Script]>([
    ['a reset after the request was read', reset],
    ['a close after the request was read', (call) => call.socket.end()],
    [
      'a reset in the middle of the answer',
      (call, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"RequestId":', () => call.socket.resetAndDestroy());
      },
    ],
    [
      'a close in the middle of the answer',
      (call, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"RequestId":', () => call.socket.end());
      },
    ],
    ['an answer that is not HTTP', (call) => call.socket.end('SSH-2.0-OpenSSH\r\n')],
    ['an answer compressed wrongly', text('this is not gzip', 200, { 'content-encoding': 'gzip' })],
  ])('%s: maybe applied, tried once', async (_name, script) => {
    const { answer, endpoint } = await callOnce(script);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.ConnectionLost' });
    expect(endpoint.calls).toHaveLength(1);
  });

  it('a kept connection that the server closes as the next request arrives: maybe applied, tried once', async () => {
    const endpoint = await start(json(ACCEPTED));
    const transport = transportTo(endpoint.url);
    await transport.call('RevokeSecurityGroup', PARAMS);
    endpoint.answer(reset);
    const answer = await transport.call('RevokeSecurityGroup', PARAMS);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.ConnectionLost' });
    expect(endpoint.connections()).toBe(1);
    expect(endpoint.calls).toHaveLength(2);
  });

  it('a refused connection: certainly not sent', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const answer = await transportTo(`http://127.0.0.1:${port}`).call('RevokeSecurityGroup', PARAMS);
    expect(answer).toEqual({
      kind: 'failed',
      code: 'Transport.NotConnected',
      message: `no connection to http://127.0.0.1:${port} (ECONNREFUSED)`,
    });
  });

  it('a host that no name server knows: certainly not sent, and told as such', () => {
    const nameless = Object.assign(new Error('no'), { syscall: 'getaddrinfo', code: 'ENOTFOUND' });
    expect(failureOf(nameless, 'https://ecs.invalid')).toEqual({
      kind: 'failed',
      code: 'Transport.UnknownHost',
      message: 'no connection to https://ecs.invalid (ENOTFOUND)',
    });
  });

  it.each<[string, Script]>([
    ['no answer', hang],
    [
      'headers and no body',
      (_call, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.flushHeaders();
      },
    ],
    [
      'a body that drips for ever',
      (call, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 5);
        call.socket.on('close', () => clearInterval(timer));
      },
    ],
  ])('%s: maybe applied, and the connection is closed', async (_name, script) => {
    const closed: Array<Promise<unknown>> = [];
    const { answer, endpoint } = await callOnce(
      (call, response) => {
        // Not `once` of node:events: a reset while the body still drips is an error, and a close as well.
        closed.push(new Promise((resolve) => call.socket.once('close', resolve)));
        script(call, response);
      },
      { timeoutMs: 1000 },
    );
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.Timeout' });
    expect(endpoint.calls).toHaveLength(1);
    expect(await Promise.all(closed)).toHaveLength(1); // would wait for ever if the socket leaked
  });

  it('headers at once and no body are never a lost connection, though two clocks run out together', async () => {
    const headersOnly: Script = (_call, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.flushHeaders();
    };
    for (let round = 0; round < 100; round += 1) {
      const { answer } = await callOnce(headersOnly, { timeoutMs: 30 });
      expect(answer).toMatchObject({ kind: 'failed' });
      expect(answer).not.toMatchObject({ code: 'Transport.ConnectionLost' });
    }
  });

  it('a certificate that no one vouches for: nothing is sent', async () => {
    const [cert, tlsKey] = await Promise.all(
      ['cert', 'key'].map((name) => readFile(`test/fixtures/ecs/self-signed-${name}.pem`)),
    );
    const endpoint = await start(json(ACCEPTED), { cert, key: tlsKey });
    const answer = await transportTo(endpoint.url).call('RevokeSecurityGroup', PARAMS);
    expect(answer).toMatchObject({
      kind: 'failed',
      code: 'Transport.UntrustedCertificate',
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') as string,
    });
    expect(endpoint.calls).toEqual([]);
  });

  it('TLS with a server that speaks plain HTTP', async () => {
    const endpoint = await start(json(ACCEPTED));
    const url = endpoint.url.replace('http:', 'https:');
    const answer = await transportTo(url).call('RevokeSecurityGroup', PARAMS);
    expect(answer).toMatchObject({ kind: 'failed', code: 'Transport.TlsFailed' });
    expect(endpoint.calls).toEqual([]);
  });
});
