import { describe, expect, it } from 'vitest';
import { lostLastHour, withLoss, withLossesDone } from '../../../../../daemon/reconcile/safety/losses.ts';
import { ruleIdentity } from '../../../../../reconciler/model/rule.ts';
import { described, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const HOUR_MS = 3_600_000;
const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const BOTH = [WEB, SSH].map(ruleIdentity);
const loss = (rules: readonly string[], drops: readonly string[] = []) => ({ rules, drops });

describe('what a group lost in the last hour', () => {
  it('is nothing before anything was begun', () => {
    expect(lostLastHour([], groupOf([]), 0)).toBe(0);
  });

  it('counts of a plan that stopped half-way the rules that are gone', () => {
    const losses = withLoss([], loss(BOTH), 0);
    expect(lostLastHour(losses, groupOf(described([WEB, SSH])), 1)).toBe(0);
    expect(lostLastHour(losses, groupOf(described([SSH])), 1)).toBe(1);
    expect(lostLastHour(losses, groupOf([]), 1)).toBe(2);
  });

  it('counts all of a plan that stopped half-way once a drop rule of it is there', () => {
    const drop = rule({ action: 'drop', protocol: 'all' });
    const losses = withLoss([], loss(BOTH, [ruleIdentity(drop)]), 0);
    expect(lostLastHour(losses, groupOf(described([WEB, SSH])), 1)).toBe(0);
    expect(lostLastHour(losses, groupOf(described([WEB, SSH, drop])), 1)).toBe(2);
  });

  it('counts once what a plan that stopped half-way left to the next one', () => {
    const stopped = withLoss([], loss(BOTH), 0);
    const goesOn = withLoss(stopped, loss([ruleIdentity(SSH)]), 1);
    expect(lostLastHour(withLossesDone(goesOn, 2), groupOf([]), 2)).toBe(2);
  });

  it('counts all of a plan that came to its end: rules may lose traffic and stay', () => {
    const losses = withLossesDone(withLoss([], loss(BOTH), 0), 1);
    expect(lostLastHour(losses, groupOf(described([WEB, SSH])), 2)).toBe(2);
  });

  it('adds up over plans, and ends an hour after each was begun', () => {
    const first = withLossesDone(withLoss([], loss(BOTH), 0), 0);
    const second = withLossesDone(withLoss(first, loss(['another']), 1000), 1000);
    expect(lostLastHour(second, groupOf([]), HOUR_MS - 1)).toBe(3);
    expect(lostLastHour(second, groupOf([]), HOUR_MS)).toBe(1);
    expect(lostLastHour(second, groupOf([]), HOUR_MS + 1000)).toBe(0);
    expect(withLoss(second, loss([]), HOUR_MS)).toHaveLength(1);
  });
});
