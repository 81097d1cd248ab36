import { describe, expect, it } from 'vitest';
import { connectionErrorCode, neverConnected } from '../../../../../daemon/ecs/transport/network-error.ts';

/** Errors as Node makes them; those of name lookup cannot be had on loopback. */
const nodeError = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), { code, ...(syscall === undefined ? {} : { syscall }) });

const aggregate = (...errors: Error[]): Error =>
  Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' });

describe('neverConnected', () => {
  it.each<[string, unknown, boolean]>([
    ['refused', nodeError('ECONNREFUSED', 'connect'), true],
    ['unknown name', nodeError('ENOTFOUND', 'getaddrinfo'), true],
    ['no name server', nodeError('EAI_AGAIN', 'getaddrinfo'), true],
    ['no route while connecting', nodeError('EHOSTUNREACH', 'connect'), true],
    ['timeout while connecting', nodeError('ETIMEDOUT', 'connect'), true],
    [
      'all addresses refused',
      aggregate(nodeError('ECONNREFUSED', 'connect'), nodeError('ENETUNREACH', 'connect')),
      true,
    ],
    [
      'one address got further',
      aggregate(nodeError('ECONNREFUSED', 'connect'), nodeError('ECONNRESET', 'read')),
      false,
    ],
    ['timeout while reading', nodeError('ETIMEDOUT', 'read'), false],
    ['reset', nodeError('ECONNRESET', 'read'), false],
    ['broken pipe', nodeError('EPIPE', 'write'), false],
    ['socket hang up', nodeError('ECONNRESET'), false],
    [
      'httpx’s connect timeout, which is an idle timer',
      Object.assign(new Error(), { name: 'RequestTimeoutError' }),
      false,
    ],
    ['not an error', { syscall: 'connect' }, false],
  ])('neverConnected: %s: %s', (_name, error, expected) => {
    expect(neverConnected(error)).toBe(expected);
  });
});

describe('connectionErrorCode', () => {
  it.each<[unknown, string | null]>([
    [nodeError('ECONNRESET', 'read'), 'ECONNRESET'],
    [Object.assign(new Error(), { name: 'RequestTimeoutError' }), 'timeout'],
    [new TypeError('x'), null],
    [Object.assign(new Error(), { code: 7 }), null],
    ['ECONNRESET', null],
  ])('connectionErrorCode: %#', (error, code) => {
    expect(connectionErrorCode(error)).toBe(code);
  });
});
