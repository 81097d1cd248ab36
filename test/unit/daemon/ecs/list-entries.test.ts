// Entries of lists, read of an emulator and over a transport that answers from a script.
import { describe, expect, it } from 'vitest';
import { createEcsClient } from '../../../../daemon/ecs/client.ts';
import type { TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { prefix } from '../../../support/rule-sets.ts';
import { plainClient } from '../../../support/fake-engine.ts';

const PLACE = { account: 'main', region: 'cn-hangzhou' };

/** A client whose calls are answered with this body. */
const clientOver = (body: object) =>
  createEcsClient({
    transport: {
      call: () => Promise.resolve<TransportAnswer>({ kind: 'answered', status: 200, body }),
    },
    ...plainClient(),
  });

const prefixList = (AddressFamily: string, ...cidrs: readonly string[]) =>
  clientOver({
    PrefixListId: 'pl-a',
    AddressFamily,
    Entries: { Entry: cidrs.map((Cidr) => ({ Cidr, Description: '' })) },
  }).prefixListEntries(PLACE, 'pl-a');

const portList = (...ranges: readonly string[]) =>
  clientOver({ Entries: ranges.map((PortRange) => ({ PortRange, Description: '' })) }).portListEntries(
    PLACE,
    'prl-a',
  );

describe('the entries of a prefix list', () => {
  it('are its prefixes, in the family that it says', async () => {
    expect(await prefixList('IPv4', '10.0.0.0/8', '203.0.113.7')).toEqual({
      ok: true,
      value: { family: 'ipv4', entries: [prefix('10.0.0.0/8'), prefix('203.0.113.7/32')] },
    });
    expect(await prefixList('IPv6', '2001:db8::/32')).toMatchObject({ value: { family: 'ipv6' } });
  });

  it('may be none', async () => {
    expect(await prefixList('IPv4')).toEqual({ ok: true, value: { family: 'ipv4', entries: [] } });
  });

  it.each([
    ['an entry of the other family', () => prefixList('IPv4', '10.0.0.0/8', '::/0')],
    ['an entry that is no prefix', () => prefixList('IPv4', 'everyone')],
    ['an unknown family', () => prefixList('IPv5', '10.0.0.0/8')],
    [
      'an answer about another list',
      () =>
        clientOver({ PrefixListId: 'pl-b', AddressFamily: 'IPv4', Entries: { Entry: [] } }).prefixListEntries(
          PLACE,
          'pl-a',
        ),
    ],
    [
      'an answer without entries',
      () => clientOver({ PrefixListId: 'pl-a', AddressFamily: 'IPv4' }).prefixListEntries(PLACE, 'pl-a'),
    ],
  ])('are not known after %s', async (_, read) => {
    expect(await read()).toMatchObject({ ok: false });
  });
});

describe('the entries of a port list', () => {
  it('are its ranges', async () => {
    expect(await portList('22/22', '8000/8100')).toEqual({
      ok: true,
      value: [
        { first: 22, last: 22 },
        { first: 8000, last: 8100 },
      ],
    });
  });

  it('are not known after one that is no range', async () => {
    expect(await portList('22/22', '0/0')).toMatchObject({ ok: false });
  });
});
