import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { makeCertificate } from '../../../../emulator/tls/certificate.ts';

const NOW = new Date('2026-11-28T12:00:00.000Z');

it('the certificate holds for the hosts and addresses it was made for, and for no other', async () => {
  const { cert } = await makeCertificate(['localhost', '127.0.0.1', '::1'], NOW);
  const parsed = new X509Certificate(cert);
  expect(parsed.checkHost('localhost')).toBe('localhost');
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(parsed.checkIP('::1')).toBe('::1');
  expect(parsed.checkHost('ecs.cn-hangzhou.aliyuncs.com')).toBeUndefined();
  expect(parsed.checkIP('127.0.0.2')).toBeUndefined();
});

it('the certificate is signed by the authority, belongs to its key, and can sign nothing itself', async () => {
  const { ca, cert, key } = await makeCertificate(['localhost'], NOW);
  const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)];
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(authority.checkPrivateKey(createPrivateKey(key))).toBe(false);
  expect([authority.ca, server.ca]).toEqual([true, false]);
});

it('the certificate is valid from an hour before it is made, for less than 398 days', async () => {
  const { cert } = await makeCertificate(['localhost'], NOW);
  const { validFrom, validTo } = new X509Certificate(cert);
  expect([new Date(validFrom), new Date(validTo)]).toEqual([
    new Date('2026-11-28T11:00:00.000Z'),
    new Date('2027-12-30T11:00:00.000Z'),
  ]);
});

it('two emulators do not trust each other', async () => {
  const [one, other] = [await makeCertificate(['localhost'], NOW), await makeCertificate(['localhost'], NOW)];
  expect(new X509Certificate(one.cert).verify(new X509Certificate(other.ca).publicKey)).toBe(false);
});
