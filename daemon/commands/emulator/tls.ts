// With which certificate the emulator answers https: the user's, or one that is made at the start. Of the latter only
// the authority's certificate is written, in a folder that goes with the emulator: clients have to be told to trust it.
// No key is written anywhere.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { vendorHosts } from '../../../emulator/groups/regions.ts';
import { makeCertificate } from '../../../emulator/tls/certificate.ts';
import type { TlsKeyPair } from '../../../emulator/tls/either-scheme.ts';
import type { EmulatorConfig } from '../../config/config.ts';
import { ioReason, isIoError } from '../../io-reason.ts';
import { UsageError } from '../../cli/io.ts';

export type TlsSetting = EmulatorConfig['tls'];

export interface EmulatorTls {
  readonly pair: TlsKeyPair;
  /** The certificate that clients have to trust; null: the user's own, of which the user knows who signed it. */
  readonly caFile: string | null;
  /** Removes what was written. May be called twice. */
  close(): Promise<void>;
}

/**
 * Reads or makes the certificate of an emulator that listens on `host`. Null: no TLS. Throws a UsageError that names the
 * file if one cannot be read, is not PEM, or the key is not that of the certificate.
 */
export async function openEmulatorTls(setting: TlsSetting, host: string): Promise<EmulatorTls | null> {
  switch (setting) {
    case 'off':
      return null;
    case 'generate':
      return await generated(host);
    default:
      return { pair: await readPair(setting), caFile: null, close: () => Promise.resolve() };
  }
}

/** What a line about an emulator with TLS says beside its `url`; nothing for one without. */
export function secureFields(url: string, tls: EmulatorTls | null): { httpsUrl?: string; ca?: string } {
  if (tls === null) return {};
  return { httpsUrl: url.replace(/^http:/, 'https:'), ...(tls.caFile === null ? {} : { ca: tls.caFile }) };
}

async function generated(host: string): Promise<EmulatorTls> {
  const { ca, cert, key } = await makeCertificate(hostNames(host), new Date());
  const folder = await mkdtemp(path.join(tmpdir(), 'rampart-emulator-'));
  const caFile = path.join(folder, 'ca.pem');
  await writeFile(caFile, ca, { mode: 0o644 });
  return { pair: { cert, key }, caFile, close: () => rm(folder, { recursive: true, force: true }) };
}

const ANY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];

/** By which clients may call it: the vendor's too, for clients that take no endpoint but obey /etc/hosts. */
function hostNames(host: string): string[] {
  const names = ['localhost', '127.0.0.1', '::1', hostname(), host, ...vendorHosts()];
  return [...new Set(names)].filter((name) => !ANY_ADDRESS.includes(name));
}

interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

async function readPair({ certFile, keyFile }: TlsFiles): Promise<TlsKeyPair> {
  const cert = await readPem(certFile);
  const key = await readPem(keyFile);
  const certificate = parsed(() => new X509Certificate(cert), `${certFile}: this is no certificate in PEM`);
  const privateKey = parsed(
    () => createPrivateKey(key),
    `${keyFile}: this is no private key in PEM, or one with a passphrase; write the key without one`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new UsageError(`${keyFile}: this is not the key of the certificate in ${certFile}`);
  }
  return { cert, key };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isIoError(error)) throw error;
    throw new UsageError(`${file}: ${ioReason(error)}`);
  }
}

/** Takes every failure of the parser for one of its input: OpenSSL's own reasons may not show the key, nor help. */
function parsed<T>(parse: () => T, complaint: string): T {
  try {
    return parse();
  } catch {
    throw new UsageError(complaint);
  }
}
