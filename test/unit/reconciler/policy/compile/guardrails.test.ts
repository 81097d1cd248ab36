import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../../daemon/config/load.ts';
import { compilePolicies } from '../../../../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../../../../reconciler/policy/compile/parts/assemble.ts';
import { keepLastGood } from '../../../../../reconciler/policy/compile/last-good.ts';
import { parsePolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import { problemText } from '../../../../support/policy-text.ts';

const POLICY = `version: 1
networks: {vpn: 198.51.100.64/27}
services: {db: [tcp/5432, tcp/3306]}
groups: [{id: sg-a, region: cn-a, ingress: []}]
`;

const configText = (entries: readonly string[]): string =>
  `guardrails:\n${entries.map((entry) => `  - ${entry}\n`).join('')}reconcile: {mode: observe}\n`;

/** Guardrails, each on a line of the config from 2 on, with the policies that they take their names from. */
function compileWith(entries: readonly string[], policy = POLICY): CompiledPolicies {
  const text = configText(entries);
  const config = parseConfig(text, 'config.yaml');
  if (!config.ok) throw new Error(config.error.map(problemText).join());
  const files = [parsePolicyFile({ path: 'a.yaml', text: policy })];
  return compilePolicies(files, { accounts: ['default'], guardrails: config.value.guardrails });
}

const configProblems = (...entries: string[]): string[] => {
  const config = parseConfig(configText(entries), 'a.yaml');
  return config.ok ? [] : config.error.map(problemText);
};

describe('a guardrail of the config', () => {
  it('takes the names of networks and services from the policies', () => {
    const { guardrails, problems } = compileWith([
      '{id: db, deny: {direction: ingress, services: db, from: vpn}, message: Ask us., severity: warning}',
    ]);
    expect(problems).toEqual([]);
    expect(guardrails).toEqual([
      {
        id: 'db',
        what: {
          kind: 'deny',
          pattern: {
            direction: 'ingress',
            services: [
              { protocol: 'tcp', ports: { first: 5432, last: 5432 } },
              { protocol: 'tcp', ports: { first: 3306, last: 3306 } },
            ],
            peers: [{ kind: 'ipv4', address: 0xc6336440n, length: 27 }],
            namesInternet: false,
            own: [],
            sourcePorts: null,
          },
          tolerate: { ipv4: null, ipv6: null },
        },
        severity: 'warning',
        groups: {},
        message: 'Ask us.',
        exempt: [],
        unknown: 'report',
        source: { file: 'config.yaml', line: 2, column: 5 },
      },
    ]);
  });

  it.each([
    ['', { ipv4: 16, ipv6: 32 }],
    [', tolerate: none', { ipv4: null, ipv6: null }],
    [', tolerate: {ipv4: 24}', { ipv4: 24, ipv6: 32 }],
    [', tolerate: {ipv6: none}', { ipv4: 16, ipv6: null }],
  ])('tolerates a little of the internet unless it says otherwise: "%s"', (tolerate, expected) => {
    const pattern = 'deny: {direction: ingress, protocol: tcp, ports: 22, from: internet}';
    const { guardrails } = compileWith([`{id: ssh, ${pattern}${tolerate}}`]);
    expect(guardrails[0]?.what).toMatchObject({ kind: 'deny', tolerate: expected });
  });

  it('takes groups, exemptions with an end, and what becomes of the unknown', () => {
    const { guardrails } = compileWith([
      '{use: cis-alibaba-4.3, groups: {names: [web-*], tags: {tier: web}}, unknown: block, exempt: [{group: sg-x, reason: old, until: 2027-03-31}, {group: sg-y, reason: new}]}',
    ]);
    expect(guardrails[0]).toMatchObject({
      id: 'cis-alibaba-4.3',
      groups: { names: ['web-*'], tags: { tier: 'web' } },
      unknown: 'block',
      exempt: [
        { group: 'sg-x', reason: 'old', untilMs: Date.parse('2027-04-01T00:00:00Z') },
        { group: 'sg-y', reason: 'new', untilMs: null },
      ],
    });
  });

  it('built in may be used twice under different ids, and be tuned key by key', () => {
    const { guardrails } = compileWith([
      '{use: cis-alibaba-4.3}',
      '{use: cis-alibaba-4.3, id: no-ssh-at-all, tolerate: none, severity: warning, message: No.}',
    ]);
    expect(guardrails.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'cis-alibaba-4.3 error',
      'no-ssh-at-all warning',
    ]);
    expect(guardrails[1]?.what).toMatchObject({ kind: 'deny', tolerate: { ipv4: null, ipv6: null } });
  });

  it('that names what no policy defines is a problem in the config file, and the others hold', () => {
    const { guardrails, problems, badGuardrails, badFiles, groups } = compileWith([
      '{id: one, deny: {direction: ingress, protocol: all, from: [vpn, vnp]}}',
      '{id: two, deny: {direction: ingress, services: web, from: vpn}}',
      '{use: CKV_ALI_2}',
    ]);
    expect(problems.filter(({ severity }) => severity === 'error').map(problemText)).toEqual([
      'config.yaml:2:69 unknown-network',
      'config.yaml:3:52 unknown-service',
    ]);
    expect(guardrails.map(({ id }) => id)).toEqual(['CKV_ALI_2']);
    expect([...badGuardrails]).toEqual(['one', 'two']);
    expect([...badFiles]).toEqual([]);
    expect(groups).toHaveLength(1);
  });

  it('keeps its last good state while the file that defines its network is broken', () => {
    const entry = '{id: one, deny: {direction: ingress, protocol: all, from: vpn}}';
    const before = compileWith([entry]);
    const now = compileWith([entry], `${POLICY}expect: 5\n`);
    expect(now.guardrails).toEqual([]);
    expect(now.problems.map(problemText)).toContainEqual(
      expect.stringMatching(/^config\.yaml:2:\d+ defined-in-bad-file$/),
    );
    expect(keepLastGood(now, before).guardrails).toEqual(before.guardrails);
  });

  it('keeps a network in use that nothing else names', () => {
    const { problems } = compileWith(['{id: one, deny: {direction: ingress, services: db, from: vpn}}']);
    expect(problems).toEqual([]);
  });

  it.each([
    ['{use: cis-alibaba-4.33}', 'unknown-guardrail'],
    ['{id: cis-alibaba-4.3, rule: "true"}', 'guardrail-id'],
    ['{id: "no ssh", rule: "true"}', 'guardrail-id'],
    ['{rule: "true"}', 'guardrail-without-id'],
    ['{id: a}', 'deny-or-rule'],
    ['{id: a, rule: "true", deny: {direction: ingress, protocol: all, from: vpn}}', 'deny-or-rule'],
    ['{id: a, rule: "true", tolerate: none}', 'tolerate-without-deny'],
    ['{id: a, rule: "rule.acton == 1"}', 'bad-expression'],
    ['{id: a, rule: "rule.action =="}', 'bad-expression'],
    ['{id: a, rule: \'rule.name.matches("(")\'}', 'bad-expression'],
    ['{id: a, rule: "true", groups: {}}', 'empty-scope'],
    ['{id: a, rule: "true", exempt: [{group: sg-x}]}', 'missing-key'],
    ['{id: a, rule: "true", exempt: [{group: sg-x, reason: r, until: 2027-02-30}]}', 'bad-instant'],
    ['{id: a, deny: {direction: ingress, protocol: all, from: vpn}, tolerate: {ipv4: 33}}', 'out-of-range'],
    ['{id: a, rule: "true", sevrity: warning}', 'unknown-key'],
  ])('is refused by the config if something is wrong with it: %s', (entry, code) => {
    expect(configProblems(entry).map((each) => each.replace(/^\d+:\d+ /, ''))).toContain(code);
  });

  it('has an id of its own', () => {
    const entry = '{use: cis-alibaba-4.3}';
    expect(configProblems(entry, '{id: a, rule: "true"}', entry)).toEqual(['4:5 duplicate-guardrail']);
  });
});
