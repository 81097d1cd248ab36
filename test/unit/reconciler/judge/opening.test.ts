import { describe, expect, test } from 'vitest';
import { groupContext, type GroupContext } from '../../../../reconciler/exposure/engine/context.ts';
import { openedToInternet } from '../../../../reconciler/judge/opening.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../support/rule-sets.ts';

const CONTEXT = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' });

const opened = (before: readonly Rule[], after: readonly Rule[], context: GroupContext = CONTEXT): string[] =>
  openedToInternet(before, after, context).opened.map(
    ({ family, protocol, ports }) => `${family} ${protocol} ${ports}`,
  );

describe('what a change opens to the internet', () => {
  test('a port for everyone is an opening in the families it is opened for', () => {
    expect(opened([], [rule({ ports: '22' })])).toEqual(['ipv4 tcp 22/22']);
    expect(opened([], [rule({ ports: '22', peer: '::/0' })])).toEqual(['ipv6 tcp 22/22']);
  });

  test('a range of ports is one opening, also where the rules cut it', () => {
    const after = [rule({ ports: '20-25' }), rule({ ports: '24-30', peer: '0.0.0.0/1' })];
    expect(opened([], after)).toEqual(['ipv4 tcp 20/30']);
  });

  test('two halves of the internet in two rules are an opening', () => {
    const halves = [rule({ peer: '0.0.0.0/1', ports: '22' }), rule({ peer: '128.0.0.0/1', ports: '22' })];
    expect(opened([], halves)).toEqual(['ipv4 tcp 22/22']);
  });

  test('a /16 is tolerated, a /15 is not', () => {
    expect(opened([], [rule({ ports: '22', peer: '203.0.0.0/16' })])).toEqual([]);
    expect(opened([], [rule({ ports: '22', peer: '202.0.0.0/15' })])).toEqual(['ipv4 tcp 22/22']);
  });

  test('private addresses are not the internet', () => {
    expect(opened([], [rule({ peer: '10.0.0.0/8' }), rule({ peer: '100.64.0.0/10' })])).toEqual([]);
  });

  test('an open port that is opened wider is no new opening', () => {
    const before = [rule({ ports: '443', peer: '8.0.0.0/8' })];
    expect(opened(before, [rule({ ports: '443' })])).toEqual([]);
  });

  test('a stronger drop keeps a port closed, and an opening is where the drop goes', () => {
    const drop = rule({ ports: '22', action: 'drop', priority: 1 });
    const open = rule({ ports: 'all', priority: 5 });
    expect(opened([], [drop, open])).toEqual(['ipv4 tcp 1/21', 'ipv4 tcp 23/65535']);
    expect(opened([drop, open], [open])).toEqual(['ipv4 tcp 22/22']);
  });

  test('a rule for all protocols opens all', () => {
    expect(opened([], [rule({ protocol: 'all' })])).toEqual(['ipv4 all -1/-1']);
  });

  test('a rule for a group opens nothing to the internet, and egress opens nothing', () => {
    expect(opened([], [rule({ peer: 'sg-a' }), rule({ direction: 'egress' })])).toEqual([]);
  });

  test('a list that was read is its entries, and one that was not opens nothing for sure', () => {
    const after = [rule({ ports: '22', peer: 'pl-a' })];
    const read = {
      ...CONTEXT,
      prefixLists: new Map([['pl-a', { family: 'ipv4' as const, entries: [prefix('8.0.0.0/8')] }]]),
    };
    expect(opened([], after, read)).toEqual(['ipv4 tcp 22/22']);
    expect(opened([], after)).toEqual([]);
  });

  test('the card internet of a classic group counts', () => {
    const after = [rule({ ports: '22', nicType: 'internet' })];
    expect(opened([], after, { ...CONTEXT, classic: true })).toEqual(['ipv4 tcp 22/22']);
    expect(opened([], after)).toEqual([]);
  });

  test('out of budget, the services of the rules that may open are named', () => {
    const after = [rule({ ports: '22' }), rule({ ports: '80', peer: '10.0.0.0/8' })];
    expect(openedToInternet([], after, CONTEXT, 0)).toEqual({
      opened: [{ family: 'ipv4', protocol: 'tcp', ports: '22/22' }],
      exact: false,
    });
  });
});
