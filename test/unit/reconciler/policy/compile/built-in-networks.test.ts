import { describe, expect, it } from 'vitest';
import { compileTexts, fileWithIngress, problemText, ruleText } from '../../../../support/policy-text.ts';

const compileRule = (rule: string, rest = '') => compileTexts({ 'a.yaml': fileWithIngress(rule) + rest });

describe('the built-in network anywhere', () => {
  it('stands for all IPv4 and all IPv6 addresses in a rule, without a definition', () => {
    const { groups, problems } = compileRule('{protocol: tcp, ports: 443, from: anywhere}');
    expect(problems).toEqual([]);
    expect(groups[0]?.rules.ingress?.map(ruleText)).toEqual([
      'tcp 443/443 from 0.0.0.0/0',
      'tcp 443/443 from ::/0',
    ]);
  });

  it('may be a member of a network', () => {
    const rest = 'networks: {all: [anywhere, sg-b]}\n';
    const { groups, problems } = compileRule('{protocol: tcp, ports: 443, from: all}', rest);
    expect(problems).toEqual([]);
    expect(groups[0]?.rules.ingress).toHaveLength(3);
  });

  it('may be defined with its own meaning, which gets a warning', () => {
    const rest = 'networks: {anywhere: ["::/0", 0.0.0.0/0]}\n';
    const { groups, problems } = compileRule('{protocol: tcp, ports: 443, from: anywhere}', rest);
    expect(problems.map((problem) => `${problem.severity} ${problemText(problem)}`)).toEqual([
      'warning 7:12 built-in-name',
    ]);
    expect(groups[0]?.rules.ingress).toHaveLength(2);
  });

  it('defined with another meaning is an error, and no rule takes one for the other', () => {
    const { groups, problems } = compileTexts({
      'a.yaml': fileWithIngress('{protocol: tcp, ports: 443, from: anywhere}'),
      'b.yaml': 'version: 1\nnetworks: {anywhere: 10.0.0.0/8}\n',
    });
    expect(groups).toEqual([]);
    expect(problems.map(problemText)).toEqual(['6:43 defined-in-bad-file', 'b.yaml:2:12 built-in-redefined']);
  });

  it('is not taken for granted while a file that cannot be read defines it', () => {
    const { groups, problems } = compileTexts({
      'a.yaml': fileWithIngress('{protocol: tcp, ports: 443, from: anywhere}'),
      'b.yaml': 'version: 1\nnetworks: {anywhere: 10.0.0.0/8}\ngroups: [\n',
    });
    expect(groups).toEqual([]);
    expect(problems.map(problemText)).toContain('6:43 defined-in-bad-file');
  });
});

describe('the built-in network internet', () => {
  it.each([
    ['in a rule', '{protocol: tcp, ports: 443, from: internet}', '', '6:43 internet-in-rule'],
    [
      'in a network, where rules could get at it',
      '{protocol: tcp, ports: 443, from: far}',
      'networks: {far: [internet, 10.0.0.0/8]}\n',
      '7:18 internet-in-rule',
    ],
  ])('is an error %s', (_where, rule, rest, problem) => {
    const { problems, groups } = compileRule(rule, rest);
    expect(groups).toEqual([]);
    expect(problems.map(problemText)).toContain(problem);
    expect(problems.find(({ code }) => code === 'internet-in-rule')?.hint).toBe(
      'write `anywhere` (0.0.0.0/0 and ::/0), or a prefix list',
    );
  });

  it('defined with another meaning is an error', () => {
    const { problems } = compileTexts({ 'a.yaml': 'version: 1\nnetworks: {internet: 0.0.0.0/0}\n' });
    expect(problems.map(problemText)).toEqual(['2:12 built-in-redefined']);
  });

  it('is offered where a name is misspelt', () => {
    const { problems } = compileRule('{protocol: tcp, ports: 443, from: anywhre}');
    expect(problems.map(({ hint }) => hint)).toEqual(['did you mean "anywhere"?']);
  });
});
