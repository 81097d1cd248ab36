import { describe, expect, it } from 'vitest';
import { keyOfConfig, listenAdvice, parseListen } from '../../../../daemon/config/listen.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';

describe('parseListen', () => {
  it.each([
    ['127.0.0.1:8481', '127.0.0.1', 8481],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:80', '::1', 80],
    ['[::]:80', '::', 80],
  ])('reads %s', (text, host, port) => {
    expect(parseListen(text)).toEqual(ok({ host, port }));
  });

  it.each([
    ['8481', 'write ADDRESS:PORT'],
    [':8481', 'write ADDRESS:PORT'],
    ['127.0.0.1', 'write ADDRESS:PORT'],
    ['127.0.0.1:', 'write ADDRESS:PORT'],
    ['127.0.0.1:http', 'write ADDRESS:PORT'],
    ['127.0.0.1:-1', 'write ADDRESS:PORT'],
    ['127.0.0.1:8481 ', 'write ADDRESS:PORT'],
    ['127.0.0.1:8481\n', 'write ADDRESS:PORT'],
    ['127.1:8481', 'write ADDRESS:PORT'],
    ['010.0.0.1:8481', 'write ADDRESS:PORT'],
    ['*:8481', 'write ADDRESS:PORT'],
    ['example.com:8481', 'write ADDRESS:PORT'],
    ['::1:8481', 'write ADDRESS:PORT'],
    ['[127.0.0.1]:8481', 'write ADDRESS:PORT'],
    ['[::1', 'write ADDRESS:PORT'],
    ['[]:80', 'write ADDRESS:PORT'],
    ['http://127.0.0.1:8481', 'write ADDRESS:PORT'],
    ['127.0.0.1:65536', 'beyond 65535'],
    ['127.0.0.1:99999', 'beyond 65535'],
    ['127.0.0.1:080', 'without leading zeros'],
  ])('refuses %j', (text, message) => {
    expect(parseListen(text)).toEqual(err(expect.stringContaining(message)));
  });
});

describe('what to do where an address cannot be taken', () => {
  it.each([
    [
      'listen EADDRINUSE: address already in use 127.0.0.1:80',
      'end what has the port (`ss -ltnp` shows it), or write another ADDRESS:PORT, or off, for `http.listen` in the config',
    ],
    [
      'listen EACCES: permission denied 127.0.0.1:80',
      'this user may not take that port: write another ADDRESS:PORT, or off, for `http.listen` in the config, with a port from 1024 on',
    ],
    [
      'listen EADDRNOTAVAIL: address not available 192.0.2.1:80',
      'this machine does not have that address (`ip addr` shows those that it has): ' +
        'write another ADDRESS:PORT, or off, for `http.listen` in the config',
    ],
  ])('%s', (why, advice) => {
    expect(listenAdvice(why, keyOfConfig('http.listen'), ', or off,')).toBe(advice);
  });
});
