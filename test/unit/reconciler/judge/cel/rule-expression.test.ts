import { describe, expect, it } from 'vitest';
import { readRuleExpression } from '../../../../../reconciler/judge/cel/rule-expression.ts';
import type { DesiredRule } from '../../../../../reconciler/model/group.ts';
import { compileTexts, fileWithIngress } from '../../../../support/policy-text.ts';

const GROUP = { account: 'default', region: 'cn-a', id: 'sg-a', name: 'web', tags: { tier: 'web' } };

function ruleOf(text: string): DesiredRule {
  const [group] = compileTexts({ 'a.yaml': fileWithIngress(text) }).groups;
  const rule = group?.rules.ingress?.[0];
  if (rule === undefined) throw new Error(`no rule: ${text}`);
  return rule;
}

const HTTPS = ruleOf('{name: https, protocol: tcp, ports: 8000-8100, from: 10.0.0.0/8, description: Web}');
const SILENT = ruleOf('{protocol: icmp, from: sg-b, action: drop, priority: 7}');

function answer(expression: string, rule = HTTPS): boolean | string {
  const test = readRuleExpression(expression);
  if (!test.ok) return test.error.message;
  const result = test.value.of(rule, GROUP);
  return result.holds ? true : (result.failure ?? false);
}

describe('an expression over a rule', () => {
  it.each([
    ['rule.action == "accept" && rule.description != ""', true],
    ['rule.direction == "ingress"', true],
    ['rule.ports.first >= 8000 && rule.ports.last <= 8100', true],
    ['rule.priority + 1 == 2', true],
    ['rule.peer == "10.0.0.0/8" && rule.peerKind == "ipv4"', true],
    ['rule.name.startsWith("htt") && rule.name.matches("^[a-z]+$")', true],
    ['rule.protocol in ["tcp", "udp"]', true],
    ['group.tags["tier"] == "web" && group.id == "sg-a" && group.name.contains("e")', true],
    ['has(group.tags.owner)', false],
    ['"tier" in group.tags ? rule.priority == 1 : false', true],
    ['size(rule.description) > 10', false],
    ['rule.sourcePorts.first == -1 && rule.portList == "" && rule.own == ""', true],
  ])('gives what it says of the rule: %s', (expression, expected) => {
    expect(answer(expression)).toBe(expected);
  });

  it('sees no ports as -1 and an absent description as an empty text', () => {
    expect(answer('rule.ports.first == -1 && rule.description == "" && rule.name == ""', SILENT)).toBe(true);
  });

  it('is violated where it cannot be evaluated', () => {
    expect(answer('group.tags["owner"] == "me"')).toMatch(/owner|key/);
  });

  it('treats a regular expression that backtracks elsewhere in linear time', () => {
    const rule = { ...HTTPS, rule: { ...HTTPS.rule, description: `${'a'.repeat(500)}!` } };
    expect(answer('rule.description.matches("^(a+)+$")', rule)).toBe(false);
  });
});

describe('an expression that cannot be', () => {
  it.each([
    ['rule.acton == "drop"', 'rule has no field acton'],
    ['rule.action == "drop" || rule.acton == "x"', 'rule has no field acton'],
    ['rules.action == "drop"', 'there is no variable rules'],
    ['rule.priority == "1"', '== does not take a whole number and a text'],
    ['rule.priority', 'the expression gives a whole number'],
    ['[1, 2].all(x, x > 1)', 'loops (all, exists, map, filter) are not allowed'],
    ['[1, "a"] == [1]', 'a list holds whole numbers or texts, one at least'],
    ['rule.name.lowerAscii() == "x"', 'there is no function lowerAscii'],
    ['rule.priority > 1.5', 'this kind of constant is not allowed'],
    ['{"a": 1}["a"] == 1', 'maps and messages are not allowed'],
    ['rule.action ==', 'this is not a CEL expression'],
    ['', 'this is not a CEL expression'],
  ])('is refused before it is evaluated: %s', (expression, message) => {
    expect(answer(expression)).toContain(message);
  });

  it.each([
    ['rule.name.matches("(web")', 'the pattern "(web" is not a regular expression: missing closing )'],
    ['matches(rule.name, "[a")', 'the pattern "[a" is not a regular expression: missing closing ]: `[a`'],
    [
      'rule.action == "drop" || rule.name.matches(r"(?=x)")',
      'the pattern "(?=x)" is not a regular expression: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      'rule.name.matches("\\\\")',
      String.raw`the pattern "\\" is not a regular expression: trailing backslash at end of expression`,
    ],
  ])('is refused for a pattern that no rule could be compared with: %s', (expression, message) => {
    expect(answer(expression)).toContain(message);
  });

  it('is refused with the place of the bad pattern and what patterns may hold', () => {
    const read = readRuleExpression('rule.name.matches("a**")');
    expect(read.ok ? '' : `${read.error.message}; ${read.error.hint}`).toMatch(/at character 19.*RE2/);
  });

  it('is refused if it is too long or nests too deeply', () => {
    expect(answer(`rule.name == "${'x'.repeat(2000)}"`)).toContain('has 2015 characters, 2000 at most');
    expect(answer(`${'('.repeat(1000)}true${')'.repeat(990)}`)).toContain('not a CEL expression');
  });

  it('is refused with the place of the fault and the nearest name', () => {
    const read = readRuleExpression('rule.action == "drop" || rule.acton == "x"');
    expect(read).toMatchObject({ ok: false, error: { hint: 'did you mean action?' } });
    expect(read.ok ? '' : read.error.message).toMatch(/at character \d+/);
  });
});
