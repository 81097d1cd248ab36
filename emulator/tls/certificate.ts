// A certificate for the emulator and the authority that signed it, made at the start and never used again: the
// authority's key is forgotten at once, so trust in its certificate is trust in this one emulator.
import { KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { TlsKeyPair } from './either-scheme.ts';

export interface OwnCertificate extends TlsKeyPair {
  /** What a client has to trust, in PEM. */
  readonly ca: string;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** For clients whose clock is a little behind. */
const BEFORE_MS = 3_600_000;
/** Some clients take no server certificate of more than 398 days. */
const VALID_MS = 397 * 86_400_000;

/**
 * Makes a certificate for these host names and addresses, valid from an hour before `now` for 397 days, with the key
 * identifiers that strict verifiers ask for (Python 3.13, `openssl -x509_strict`).
 */
export async function makeCertificate(hosts: readonly string[], now: Date): Promise<OwnCertificate> {
  // Loaded here only: the library wants metadata on the global Reflect, and few emulators speak TLS.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const notBefore = new Date(now.getTime() - BEFORE_MS);
  const validity = { notBefore, notAfter: new Date(notBefore.getTime() + VALID_MS) };
  const authority = await generateKeys();
  const server = await generateKeys();
  const name = `CN=Rampart emulator CA ${now.toISOString()}`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name,
    keys: authority,
    signingAlgorithm: KEY_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=Rampart emulator',
    issuer: name,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: KEY_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName)),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(server.publicKey),
    ],
  });
  return {
    ca: `${ca.toString('pem')}\n`,
    cert: `${certificate.toString('pem')}\n`,
    key: KeyObject.from(server.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);

const alternativeName = (host: string): { type: 'ip' | 'dns'; value: string } => ({
  type: isIP(host) === 0 ? 'dns' : 'ip',
  value: host,
});
