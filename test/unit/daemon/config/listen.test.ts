import { describe, expect, it } from 'vitest';
import { parseListen } from '../../../../daemon/config/listen.ts';
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
