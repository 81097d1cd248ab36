import { describe, expect, it } from 'vitest';
import {
  canonicalSourcePorts,
  formatPorts,
  NO_PORTS,
  parsePortRange,
} from '../../../../reconciler/model/ports.ts';

describe('parsePortRange', () => {
  it.each([
    ['80/80', { first: 80, last: 80 }],
    ['1/65535', { first: 1, last: 65535 }],
    ['1/200', { first: 1, last: 200 }],
  ])('reads %s', (text, range) => {
    expect(parsePortRange(text)).toEqual(range);
  });

  it.each([
    '200/1',
    '0/80',
    '1/65536',
    '80',
    '80-90',
    '-1/-1',
    '080/80',
    '80/',
    '/80',
    '80/90/100',
    ' 80/80',
    '8e1/80',
    '',
  ])('refuses "%s"', (text) => {
    expect(parsePortRange(text)).toBeNull();
  });
});

describe('canonicalSourcePorts', () => {
  it('has one form for "any"', () => {
    expect(canonicalSourcePorts({ first: 1, last: 65535 })).toBeNull();
    expect(canonicalSourcePorts(null)).toBeNull();
    expect(canonicalSourcePorts({ first: 1024, last: 65535 })).toEqual({ first: 1024, last: 65535 });
  });
});

describe('formatPorts', () => {
  it.each([
    [NO_PORTS, '-1/-1'],
    [{ kind: 'range', first: 80, last: 90 }, '80/90'],
    [{ kind: 'list', id: 'prl-bp1app' }, '-1/-1'],
  ] as const)('writes %o as %s', (ports, text) => {
    expect(formatPorts(ports)).toBe(text);
  });
});
