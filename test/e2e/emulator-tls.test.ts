// HTTPS of the emulator, as a daemon and other clients see it: real processes, real certificates.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { get as getHttps } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../emulator/tls/certificate.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { type RampartProcess, Workspace } from '../support/rampart.ts';

let workspace: Workspace;
beforeEach(() => {
  workspace = new Workspace();
  workspace.write('state.json', JSON.stringify({ securityGroups: [wireGroup('sg-web')] }));
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 10.0.0.0/8']));
});
afterEach(() => workspace.dispose());

interface Started {
  readonly running: RampartProcess;
  readonly url: string;
  readonly httpsUrl: string;
  readonly ca: string;
}

async function startWith(flags: readonly string[]): Promise<Started> {
  // One that is killed at the end of a test cannot take its folder along.
  const env = { TMPDIR: workspace.folder };
  const running = workspace.start(['emulator', '--state', 'state.json', ...flags], env);
  const { url, httpsUrl, ca } = await running.event('emulator.listening');
  return { running, url: String(url), httpsUrl: String(httpsUrl), ca: String(ca) };
}

interface StateBody {
  readonly securityGroups: ReadonlyArray<{ readonly Permissions: ReadonlyArray<{ PortRange: string }> }>;
}

/** The state by https, for a client that trusts this authority alone; or the code of the error. */
function stateBy(httpsUrl: string, ca: string): Promise<string> {
  return new Promise((resolve) => {
    getHttps(`${httpsUrl}/_emulator/state`, { ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const portsIn = (text: string): string[] =>
  (JSON.parse(text) as StateBody).securityGroups.flatMap(({ Permissions }) =>
    Permissions.map(({ PortRange }) => PortRange),
  );

const portsByHttp = async (url: string): Promise<string[]> =>
  portsIn(await (await fetch(`${url}/_emulator/state`)).text());

describe('--tls', () => {
  test('the daemon converges over https while another client uses http on the same port', async () => {
    const { url, httpsUrl, ca } = await startWith(['--tls']);
    expect(new URL(httpsUrl).port).toBe(new URL(url).port);
    workspace.write('config.yaml', configFor(httpsUrl));
    const daemon = workspace.start(['run'], { NODE_EXTRA_CA_CERTS: ca });
    await daemon.event('group.converged', { group: 'sg-web' });
    expect(await portsByHttp(url)).toEqual(['443/443']);
    expect(portsIn(await stateBy(httpsUrl, readFileSync(ca, 'utf8')))).toEqual(['443/443']);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  test('a daemon that was not told of the certificate calls nothing, and says which variable it needs', async () => {
    const { url, httpsUrl } = await startWith(['--tls']);
    workspace.write('config.yaml', configFor(httpsUrl));
    const daemon = workspace.start(['run']);
    const { err } = await daemon.event('group.describe_failed');
    expect(err).toContain('NODE_EXTRA_CA_CERTS');
    expect(await portsByHttp(url)).toEqual([]);
  });

  test('only the certificate to trust is written, no key, and it goes with the emulator', async () => {
    const { running, ca, httpsUrl } = await startWith(['--tls']);
    expect(readdirSync(path.dirname(ca))).toEqual(['ca.pem']);
    expect(statSync(path.dirname(ca)).mode & 0o077).toBe(0);
    expect(running.output).not.toContain('PRIVATE KEY');
    expect(await stateBy(httpsUrl, readFileSync(ca, 'utf8'))).toContain('sg-web');
    const { code, stderr } = await running.stop();
    expect(code).toBe(0);
    for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'ALIBABA_CLOUD_CA_BUNDLE']) {
      expect(stderr).toContain(`export ${name}='${ca}'`);
    }
    expect(existsSync(path.dirname(ca))).toBe(false);
  });

  test('the certificate holds for the names by which clients call the vendor that take no endpoint', async () => {
    const { ca, httpsUrl } = await startWith(['--tls']);
    const port = Number(new URL(httpsUrl).port);
    for (const servername of ['ecs.cn-hangzhou.aliyuncs.com', 'ecs-cn-hangzhou.aliyuncs.com', 'localhost']) {
      const socket = connectTls({ port, host: '127.0.0.1', servername, ca: readFileSync(ca) });
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      expect({ servername, authorized: socket.authorized }).toEqual({ servername, authorized: true });
      socket.destroy();
    }
  });

  test('SIGTERM ends it at once, whatever clients hold open', async () => {
    const { running, ca, url, httpsUrl } = await startWith(['--tls']);
    const port = Number(new URL(url).port);
    const silent = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1', () => half.write(Buffer.from([0x16, 3, 1, 2, 0])));
    const ended = [silent, half].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    for (const socket of [silent, half]) socket.on('error', () => undefined);
    expect(await stateBy(httpsUrl, readFileSync(ca, 'utf8'))).toContain('sg-web');
    expect(await running.stop()).toMatchObject({ code: 0 });
    await Promise.all(ended);
  });
});

describe('a certificate of one’s own', () => {
  const certify = async (name: string): Promise<string> => {
    const { ca, cert, key } = await makeCertificate(['127.0.0.1'], new Date());
    workspace.write(`${name}.crt`, cert);
    workspace.write(`${name}.key`, key);
    return ca;
  };

  test('--tls-cert and --tls-key are shown to clients; `ca` is not said, for the user knows it', async () => {
    const authority = await certify('own');
    const { running, httpsUrl, ca } = await startWith(['--tls-cert', 'own.crt', '--tls-key', 'own.key']);
    expect(ca).toBe('undefined');
    expect(await stateBy(httpsUrl, authority)).toContain('sg-web');
    const { stderr } = await running.stop();
    expect(stderr).toBe('');
  });

  test('`emulator.tls` of the config names them from its own folder, and flags win', async () => {
    await certify('conf/own');
    const tls = 'emulator: {tls: {certFile: own.crt, keyFile: own.key}}';
    workspace.write('conf/config.yaml', `reconcile: {mode: enforce}\n${tls}\n`);
    const fromConfig = await startWith(['--config', 'conf/config.yaml']);
    expect(fromConfig.httpsUrl).toMatch(/^https:/);
    const fromFlag = await startWith(['--config', 'conf/config.yaml', '--tls']);
    expect(await stateBy(fromFlag.httpsUrl, readFileSync(fromFlag.ca, 'utf8'))).toContain('sg-web');
  });

  test.each<[string[], string]>([
    [['--tls-cert', 'own.crt'], 'add --tls-key FILE'],
    [['--tls-key', 'own.key'], 'add --tls-cert FILE'],
    [['--tls', '--tls-cert', 'own.crt', '--tls-key', 'own.key'], '--tls makes a certificate'],
    [['--tls-cert', 'own.crt', '--tls-key', 'other.key'], 'not the key of the certificate in'],
    [['--tls-cert', 'own.key', '--tls-key', 'own.key'], 'own.key: this is no certificate in PEM'],
    [['--tls-cert', 'own.crt', '--tls-key', 'own.crt'], 'own.crt: this is no private key in PEM'],
    [['--tls-cert', 'none.crt', '--tls-key', 'own.key'], 'none.crt: it does not exist'],
  ])('what cannot be a certificate and its key is refused in a line: %j', async (flags, message) => {
    await certify('own');
    await certify('other');
    const { code, stdout, stderr } = await workspace.runHere(['emulator', ...flags]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('PRIVATE KEY');
  });
});

test('`emulator.tls: generate` lets other clients call the embedded emulator by https beside the daemon', async () => {
  const embedded = 'accounts: {default: {credentials: {type: emulator}, endpoint: embedded}}';
  const tls = 'emulator: {state: state.json, tls: generate}';
  workspace.write('config.yaml', `reconcile: {mode: enforce}\nhttp: {listen: off}\n${embedded}\n${tls}\n`);
  const daemon = workspace.start(['run']);
  const { emulatorUrl, emulatorCa } = await daemon.event('daemon.started');
  await daemon.event('group.converged', { group: 'sg-web' });
  const httpsUrl = String(emulatorUrl).replace('http:', 'https:');
  expect(portsIn(await stateBy(httpsUrl, readFileSync(String(emulatorCa), 'utf8')))).toEqual(['443/443']);
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(existsSync(String(emulatorCa))).toBe(false);
});
