// Each built-in guardrail on rules that its namesake is documented to pass and to fail, and on rules where ours differs
// from it. Sources and reasons: the table of docs/guardrails.md.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeDesired } from '../../../../../reconciler/judge/desired/judge-desired.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../../../reconciler/judge/count/senders.ts';
import {
  BUILT_IN_GUARDRAIL_IDS,
  builtInGuardrail,
} from '../../../../../reconciler/policy/built-in/guardrails.ts';
import type { Guardrail } from '../../../../../reconciler/model/packets/pattern.ts';
import { compileTexts, problemText } from '../../../../support/policy-text.ts';

type Verdict = 'pass' | 'fail';

interface Fixture {
  readonly rules: readonly string[];
  readonly direction?: 'ingress' | 'egress';
}

interface Case {
  /** As the namesake's documents have it, and so here. */
  readonly pass: Fixture;
  readonly fail: Fixture;
  /** Where the namesake's answer is the other one. */
  readonly differs: Fixture & { readonly verdict: Verdict };
}

const ingress = (...rules: string[]): Fixture => ({ rules });
const egress = (...rules: string[]): Fixture => ({ rules, direction: 'egress' });

const port = (ports: number | string, from = '0.0.0.0/0', rest = ''): string =>
  `{protocol: tcp, ports: ${ports}, from: ${from}, description: x${rest}}`;

/** Halves of the internet: to a check of texts neither is everybody. */
const HALVES = ['0.0.0.0/1', '128.0.0.0/1'] as const;
const DROPPED = '{protocol: tcp, ports: 1-65535, from: anywhere, action: drop, description: x}';
const WEAK = ', priority: 50';
const EVERYTHING = '{protocol: all, from: 0.0.0.0/0, description: x}';

/** Of one TCP port: Prowler and Checkov pass and fail these in their own tests. */
const tcpCase = (number: number, differs: Case['differs']): Case => ({
  pass: ingress(port(number, '10.0.0.0/24')),
  fail: ingress(port(number)),
  differs,
});

const inHalves = (number: number): Case['differs'] => ({
  ...ingress(...HALVES.map((half) => port(number, half))),
  verdict: 'fail',
});

const PROWLER: Readonly<Record<string, number>> = {
  cassandra: 9160,
  elasticsearch_kibana: 9200,
  ftp: 21,
  high_risk_ports: 445,
  kafka: 9092,
  memcached: 11211,
  mongodb: 27017,
  mysql: 3306,
  oracle: 1521,
  postgresql: 5432,
  redis: 6379,
  sql_server: 1433,
  telnet: 23,
};

const CASES: Readonly<Record<string, Case>> = {
  // Its audit looks for a range that holds 22 with the source 0.0.0.0/0; IPv6 is not named.
  'cis-alibaba-4.3': {
    pass: ingress(port(22, '203.0.113.0/24'), port(443)),
    fail: ingress(port('1-1024')),
    differs: { ...ingress(port(22, '"::/0"')), verdict: 'fail' },
  },
  'cis-alibaba-4.4': {
    pass: ingress(port(3389, '203.0.113.0/24'), port(443)),
    fail: ingress(port('3000-4000')),
    differs: { ...ingress(port(3389, '"::/0"')), verdict: 'fail' },
  },
  // It does not look at the action: a drop of the port fails there.
  CKV_ALI_2: tcpCase(22, { ...ingress(port(22, '0.0.0.0/0', ', action: drop')), verdict: 'pass' }),
  CKV_ALI_3: tcpCase(3389, { ...ingress(port(3389, '0.0.0.0/0', ', action: drop')), verdict: 'pass' }),
  ecs_securitygroup_restrict_ssh_internet: tcpCase(22, inHalves(22)),
  ecs_securitygroup_restrict_rdp_internet: tcpCase(3389, inHalves(3389)),
  // It asks for all protocols on all TCP ports: one dropped port and it passes.
  ecs_securitygroup_restrict_all_ports_internet: {
    pass: ingress(port('1-65535')),
    fail: ingress(EVERYTHING),
    differs: {
      ...ingress(
        `{protocol: all, from: 0.0.0.0/0, description: x${WEAK}}`,
        port(22, '0.0.0.0/0', ', action: drop'),
      ),
      verdict: 'fail',
    },
  },
  ...Object.fromEntries(
    Object.entries(PROWLER).map(([name, number]) => [
      `ecs_securitygroup_restrict_${name}_internet`,
      tcpCase(number, inHalves(number)),
    ]),
  ),
  // Halves of everybody are not 0.0.0.0/0 to it.
  'sg-public-access-check': {
    pass: ingress(port(443), '{protocol: all, from: 10.0.0.0/8, description: x}'),
    fail: ingress(EVERYTHING),
    differs: {
      ...ingress(...HALVES.map((half) => `{protocol: all, from: ${half}, description: x}`)),
      verdict: 'fail',
    },
  },
  // It takes a stronger drop into account; ours looks at each rule by itself.
  'ecs-security-group-not-open-all-port': {
    pass: ingress(port('1-1024'), '{protocol: gre, from: 0.0.0.0/0, description: x}'),
    fail: ingress(port('1-65535', '10.0.0.0/8')),
    differs: { ...ingress(port('1-65535', '10.0.0.0/8', WEAK), DROPPED), verdict: 'fail' },
  },
  // All protocols of a rule that a stronger rule drops all but entirely.
  'ecs-security-group-not-open-all-protocol': {
    pass: ingress(port(443), '{protocol: icmp, from: 0.0.0.0/0, description: x}'),
    fail: ingress('{protocol: all, from: 10.0.0.0/8, description: x}'),
    differs: {
      ...ingress(
        '{protocol: all, from: 10.0.0.0/8, description: x, priority: 50}',
        '{protocol: all, from: 10.0.0.0/9, description: x, action: drop}',
        '{protocol: all, from: 10.128.0.0/9, description: x, action: drop}',
      ),
      verdict: 'pass',
    },
  },
  'ecs-security-group-risky-ports-check-with-protocol': {
    pass: ingress(port(443), port(22, '10.0.0.0/8'), port(22, '0.0.0.0/0', WEAK), DROPPED),
    fail: ingress('{protocol: udp, ports: 3389, from: 0.0.0.0/0, description: x}'),
    differs: inHalves(22),
  },
  'ecs-security-group-white-list-port-check': {
    pass: ingress(port(80), port(443), port(8080, '10.0.0.0/8')),
    fail: ingress(port(8080)),
    differs: inHalves(8080),
  },
  // It looks at rules alone; what no rule of a basic group decides is accepted all the same.
  'ecs-security-group-egress-not-all-access': {
    pass: egress(
      '{protocol: tcp, ports: 443, to: 0.0.0.0/0, description: x}',
      '{protocol: all, to: anywhere, action: drop, priority: 100, description: x}',
    ),
    fail: egress('{protocol: all, to: 0.0.0.0/0, description: x}'),
    differs: {
      ...egress('{protocol: tcp, ports: 443, to: 0.0.0.0/0, description: x}'),
      verdict: 'fail',
    },
  },
  // It looks at the description of the group; ours at that of each rule.
  'ecs-security-group-description-check': {
    pass: ingress(port(443)),
    fail: ingress('{protocol: tcp, ports: 443, from: 10.0.0.0/8}'),
    differs: { ...ingress(port(443), '{protocol: icmp, from: sg-b}'), verdict: 'fail' },
  },
};

function verdictOf(id: string, { rules, direction = 'ingress' }: Fixture): Verdict {
  const found = builtInGuardrail(id);
  if (found === null) throw new Error(`no guardrail ${id}`);
  const list = rules.map((rule) => `\n      - ${rule}`).join('');
  const text = `version: 1\ngroups:\n  - id: sg-a\n    region: cn-a\n    ${direction}:${list}\n`;
  const { groups, problems } = compileTexts({ 'a.yaml': text });
  if (problems.length > 0) throw new Error(problems.map(problemText).join());
  const guardrail: Guardrail = {
    ...found,
    id,
    groups: {},
    exempt: [],
    unknown: 'report',
    source: { file: 'config.yaml', line: 1, column: 1 },
  };
  const context = { nowMs: 0, privateNetworks: DEFAULT_PRIVATE_NETWORKS };
  const [judged] = judgeDesired(groups, { guardrails: [guardrail], expectations: [] }, context);
  if (judged === undefined) throw new Error('no group was judged');
  const verdicts = judged.guardrails.map(({ verdict }) => verdict.kind);
  if (verdicts.includes('unknown')) throw new Error('a verdict is unknown');
  return verdicts.includes('violated') || judged.violations.length > 0 ? 'fail' : 'pass';
}

const TABLE = Object.entries(CASES);

describe('a built-in guardrail', () => {
  it.each(TABLE)('passes what its namesake passes: %s', (id, { pass }) => {
    expect(verdictOf(id, pass)).toBe('pass');
  });

  it.each(TABLE)('fails what its namesake fails: %s', (id, { fail }) => {
    expect(verdictOf(id, fail)).toBe('fail');
  });

  it.each(TABLE)('differs from its namesake where the table says so: %s', (id, { differs }) => {
    expect(verdictOf(id, differs)).toBe(differs.verdict);
  });

  it('has its fixtures, and a line in docs/guardrails.md', () => {
    expect(Object.keys(CASES).sort()).toEqual([...BUILT_IN_GUARDRAIL_IDS].sort());
    const page = readFileSync('docs/guardrails.md', 'utf8');
    expect(BUILT_IN_GUARDRAIL_IDS.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
  });
});
