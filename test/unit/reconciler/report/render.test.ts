import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { planExitCode } from '../../../../reconciler/report/results.ts';
import type { GroupPolicy } from '../../../../reconciler/plan/plan.ts';
import { DEFAULT_BRAKE, type Approval } from '../../../../reconciler/plan/safety.ts';
import { losingKey } from '../../../../reconciler/judge/loss/losing-rules.ts';
import { renderMarkdown } from '../../../../reconciler/report/markdown/plan-page.ts';
import { describeRule, quoted } from '../../../../reconciler/model/rule-text.ts';
import { renderText } from '../../../../reconciler/report/text.ts';
import { jsonFoot, jsonHead, jsonOfGroup, planReport } from '../../../../reconciler/report/document.ts';
import type { FailedGroup, GroupResult } from '../../../../reconciler/report/results.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const http = rule({ ports: '80' });
const ssh = rule({
  ports: '22',
  peer: 'sg-a',
  sourcePorts: { first: 1024, last: 65535 },
  own: '10.1.0.0/16',
});
const list = rule({ ports: 'prl-app', action: 'drop', priority: 7, peer: '2001:db8::/32' });

function plan(wanted: readonly Rule[], there: readonly Rule[], fields: Partial<GroupPolicy> = {}) {
  return planFor(policyOf(wanted, fields), groupOf(described(there)), OPTIONS);
}

/** Waits for an approval: its one rule would go. */
const braked = (fields: Partial<GroupPolicy>, approvals: readonly Approval[] = []) =>
  planFor(policyOf([], fields), groupOf(described([web])), OPTIONS, { safety: { ...SAFETY, approvals } });

const failed: FailedGroup = {
  account: 'default',
  region: 'cn-beijing',
  id: 'sg-far',
  mode: 'enforce',
  error: 'no answer',
};

describe('one rule on a line', () => {
  it.each([
    [web, 'ingress accept tcp 443/443 from 0.0.0.0/0 priority 1'],
    [ssh, 'ingress accept tcp 22/22 from sg-a to 10.1.0.0/16 source ports 1024/65535 priority 1'],
    [list, 'ingress drop tcp prl-app from 2001:db8::/32 priority 7'],
    [
      rule({ direction: 'egress', protocol: 'all', nicType: 'internet', description: 'out' }),
      'egress accept all to 0.0.0.0/0 priority 1 internet "out"',
    ],
  ])('one rule on a line: %#', (item, text) => {
    expect(describeRule(item)).toBe(text);
  });

  it.each([
    ['plain Ünïcode ☂', '"plain Ünïcode ☂"'],
    ['a "quote" and \\', String.raw`"a \"quote\" and \\"`],
    ['\u001b[31mred', String.raw`"\u{1b}[31mred"`],
    ['line\nbreak', String.raw`"line\u{a}break"`],
    ['right\u202eleft', String.raw`"right\u{202e}left"`],
    ['zero\u200bwidth', String.raw`"zero\u{200b}width"`],
    ['half \ud83d', String.raw`"half \u{d83d}"`],
  ])('makes a stranger’s text harmless: %j', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });
});

describe('plan --json', () => {
  const report = planReport('abc123', [
    plan([{ ...web, description: 'HTTPS' }, ssh, list], [rule({ ports: '80', description: 'old' })]),
    failed,
  ]);

  it('has the keys of the contract, in its order', () => {
    expect(Object.keys(report)).toEqual(['version', 'revision', 'hash', 'summary', 'groups']);
    expect(Object.keys(report.summary)).toEqual(
      'calls add modify remove blocked observed unreadable differing'.split(' '),
    );
    const keys =
      'account region id mode status diff steps hitless exceptions exposure findings hash approval blockedBy'.split(
        ' ',
      );
    for (const group of report.groups) {
      const expected = group.status === 'error' ? keys.filter((key) => key !== 'hash') : keys;
      expect(Object.keys(group).filter((key) => keys.includes(key))).toEqual(expected);
    }
  });

  it('puts groups in order and shows one that could not be described', () => {
    expect(report.groups.map(({ id, status, error }) => [id, status, error])).toEqual([
      ['sg-far', 'error', 'no answer'],
      ['sg-self', 'pending', undefined],
    ]);
  });

  it('promises nothing of a group that could not be described', () => {
    expect(report.groups.map(({ status, hitless }) => [status, hitless])).toEqual([
      ['error', false],
      ['pending', true],
    ]);
  });

  it('counts what would be carried out', () => {
    expect(report.summary).toEqual({
      calls: 2,
      add: 2,
      modify: 1,
      remove: 0,
      blocked: 0,
      observed: 0,
      unreadable: 1,
      differing: 1,
    });
    const observed = planReport('r', [plan([web], [], { mode: 'observe' })]);
    expect(observed.summary).toMatchObject({ calls: 0, observed: 1, differing: 1 });
  });

  it('writes rules in canonical texts', () => {
    const group = report.groups[1];
    expect(group?.diff.missing).toContainEqual({
      direction: 'ingress',
      protocol: 'tcp',
      ports: '22/22',
      sourcePorts: '1024/65535',
      peer: 'sg-a',
      own: '10.1.0.0/16',
      action: 'accept',
      priority: 1,
      nicType: 'intranet',
      description: null,
      source: { file: 'web.yaml', line: 2 },
    });
    expect(group?.diff.missing).toContainEqual(
      expect.objectContaining({ ports: '-1/-1', portList: 'prl-app', peer: '2001:db8::/32' }),
    );
    expect(group?.diff.altered[0]).toMatchObject({
      from: { id: 'sgr-0', ports: '80/80' },
      fields: ['ports', 'description'],
    });
  });

  it('names the vendor’s operation and the rule ids of each step', () => {
    const steps = report.groups[1]?.steps.map(({ operation, ruleIds, rules }) => [
      operation,
      ruleIds,
      rules.length,
    ]);
    expect(steps).toContainEqual(['ModifySecurityGroupRule', ['sgr-0'], 1]);
    expect(steps).toContainEqual(['AuthorizeSecurityGroup', [], 2]);
  });

  it('has the same hash and summary whatever the order of the groups', () => {
    const results: GroupResult[] = [plan([web], []), failed];
    expect(planReport('abc123', results.toReversed())).toEqual(planReport('abc123', results));
  });

  it.each([
    { title: 'no group', results: [] },
    { title: 'one group', results: [failed] },
    { title: 'two groups', results: [failed, plan([{ ...web, description: 'a\nb "c" \\n' }, list], [ssh])] },
  ])('of $title is the same JSON in pieces', ({ results }) => {
    const whole = planReport('abc123', results);
    const pieces = results.map((result, index) => jsonOfGroup(result, index === 0));
    const head = jsonHead({ revision: 'abc123', commit: null }, whole);
    const text = [head, ...pieces, jsonFoot(results.length)].join('');
    expect(text).toBe(`${JSON.stringify(whole, null, 2)}\n`);
  });

  it('has a hash that changes with any plan, not with the revision', () => {
    const hashes = [[plan([web], [])], [plan([ssh], [])], [plan([web], []), failed]].map(
      (results) => planReport('abc', results).hash,
    );
    expect(new Set(hashes).size).toBe(3);
    expect(planReport('def', [plan([web], [])]).hash).toBe(hashes[0]);
  });
});

describe('text', () => {
  it('says what opens and closes and why, then rules and calls', () => {
    const results = [plan([web], [rule({ ports: '80' }), rule({ ports: '22', peer: 'sg-a' })])];
    const text = renderText('abc123', results);
    expect(text).toBe(
      [
        'revision abc123',
        `plan ${planReport('abc123', results).hash}`,
        '2 calls: add 0, modify 1, remove 1',
        '',
        'default/cn-hangzhou/sg-self (enforce): pending',
        '  traffic',
        '    closes because this rule is removed: ingress accept tcp 22/22 from sg-a priority 1',
        '      ingress tcp ports 22/22 from sg-a',
        '      for example tcp, port 22, peer 198.51.100.7, in sg-a, source port 50000, own address 10.0.0.1',
        '    closes because this rule is changed: ingress accept tcp 80/80 from 0.0.0.0/0 priority 1',
        '      ingress tcp ports 80/80 from 0.0.0.0/0',
        '      for example tcp, port 80, peer 198.51.100.7, source port 50000, own address 10.0.0.1',
        '    opens because this rule is changed: ingress accept tcp 443/443 from 0.0.0.0/0 priority 1',
        '      ingress tcp ports 443/443 from 0.0.0.0/0',
        '      for example tcp, port 443, peer 198.51.100.7, source port 50000, own address 10.0.0.1',
        '  rules',
        '    ~ sgr-0 ingress accept tcp 80/80 from 0.0.0.0/0 priority 1: ports 80/80 -> 443/443  (web.yaml:1)',
        '    - sgr-1 ingress accept tcp 22/22 from sg-a priority 1',
        '  calls',
        '    1. RevokeSecurityGroup sgr-1',
        '    2. ModifySecurityGroupRule sgr-0 to ingress accept tcp 443/443 from 0.0.0.0/0 priority 1',
        '  promises',
        '    hitless: at no moment is a packet decided otherwise than by the old or the new rules',
        '',
      ].join('\n'),
    );
  });

  it('says which rules a call names, up to ten of them', () => {
    const rules = Array.from({ length: 12 }, (_, at) => rule({ ports: String(at + 1), peer: '10.0.0.0/8' }));
    const lines = renderText('abc', [plan(rules, [web, ssh])]).split('\n');
    const call = (title: string, count: number): string[] => {
      const start = lines.findIndex((line) => line.includes(title));
      return lines.slice(start, start + count).map((line) => line.trim());
    };
    expect(call('AuthorizeSecurityGroup', 12)).toEqual([
      '1. AuthorizeSecurityGroup 11 rules',
      ...rules.slice(1, 11).map(describeRule),
      'and 1 more',
    ]);
    expect(renderText('abc', [plan([], [web, http])])).toContain(
      [
        '1. RevokeSecurityGroup 2 rules',
        '         sgr-0 ingress accept tcp 443/443 from 0.0.0.0/0 priority 1',
        '         sgr-1 ingress accept tcp 80/80 from 0.0.0.0/0 priority 1',
      ].join('\n'),
    );
  });

  it.each<[string, Parameters<typeof rule>[0], string, string]>([
    [
      'ICMP',
      { protocol: 'icmp', peer: '10.0.0.0/8' },
      'icmp from 10.0.0.0/8',
      'icmp, peer 10.0.0.7, own address 10.0.0.1',
    ],
    [
      'GRE from one host',
      { protocol: 'gre', peer: '192.0.2.1' },
      'gre from 192.0.2.1/32',
      'gre, peer 192.0.2.1, own address 10.0.0.1',
    ],
    [
      'a protocol without a name',
      { protocol: '0', peer: '192.0.2.0/24' },
      'protocol 0 from 192.0.2.0/24',
      'protocol 0, peer 192.0.2.1, own address 10.0.0.1',
    ],
    [
      'UDP over IPv6',
      { protocol: 'udp', peer: '2001:db8::/32', ports: '53' },
      'udp ports 53/53 from 2001:db8::/32',
      'udp, port 53, peer 2001:db8::7, source port 50000, own address 2001:db8::1',
    ],
    [
      'every protocol',
      { protocol: 'all', peer: '172.16.0.0/31' },
      'all from 172.16.0.0/31',
      'tcp, port 1, peer 172.16.0.0, source port 50000, own address 10.0.0.1',
    ],
  ])('gives an example that there may be: %s', (_, fields, box, example) => {
    const text = renderText('abc', [plan([rule(fields)], [])]);
    expect(text).toContain(`      ingress ${box}\n      for example ${example}\n`);
  });

  it.each<[string, readonly Rule[], readonly Rule[], string]>([
    [
      'what the peer must not be in',
      [rule({ ports: '443' }), rule({ ports: '443', peer: 'pl-ban', action: 'drop' })],
      [rule({ ports: '443', peer: 'pl-ban', action: 'drop' })],
      'for example tcp, port 443, peer 198.51.100.7, not in pl-ban, source port 50000, own address 10.0.0.1',
    ],
    [
      'that it is unknown whether the address is in a list',
      [rule({ ports: '443', peer: 'pl-cdn' })],
      [],
      'for example tcp, port 443, peer 198.51.100.7, if in pl-cdn, source port 50000, own address 10.0.0.1',
    ],
    [
      'a port list of the port, without a number that may not be in it',
      [rule({ ports: 'prl-app' })],
      [],
      'for example tcp, port in prl-app, peer 198.51.100.7, source port 50000, own address 10.0.0.1',
    ],
    [
      'what the port must not be in',
      [rule({ ports: '443' }), rule({ ports: 'prl-ban', action: 'drop' })],
      [rule({ ports: 'prl-ban', action: 'drop' })],
      'for example tcp, port 443 not in prl-ban, peer 198.51.100.7, source port 50000, own address 10.0.0.1',
    ],
  ])('gives an example that truly opens, and says %s', (_title, wanted, there, example) => {
    expect(renderText('abc', [plan(wanted, there)])).toContain(`\n      ${example}\n`);
  });

  it('gives an example that is in no dropped list and in the accepted one, where the lists were read', () => {
    const wanted = [
      rule({ ports: 'prl-app', peer: '198.51.0.0/16' }),
      rule({ peer: 'pl-ban', action: 'drop' }),
    ];
    const lists = {
      prefixLists: new Map([['pl-ban', { family: 'ipv4' as const, entries: [prefix('198.51.100.0/24')] }]]),
      portLists: new Map([['prl-app', [{ first: 8000, last: 8100 }]]]),
    };
    const read = planFor(policyOf(wanted), groupOf([]), OPTIONS, { lists });
    expect(renderText('abc', [read])).toContain(
      'for example tcp, port 8000, peer 198.51.0.1, source port 50000, own address 10.0.0.1',
    );
  });

  it('tells a port list as the ports of a box', () => {
    const text = renderText('abc', [plan([rule({ ports: 'prl-app', peer: 'sg-a' })], [])]);
    expect(text).toContain('\n      ingress tcp ports in prl-app from sg-a\n');
  });

  it('says which numbers are those of protocols', () => {
    const text = renderText('abc', [
      plan([rule({ protocol: 'all' }), rule({ protocol: '5', action: 'drop' })], []),
    ]);
    expect(text).toContain('+ ingress drop protocol 5 from 0.0.0.0/0 priority 1');
    for (const part of ['protocols 0-4', 'protocols 7-16', 'tcp ports']) {
      expect(text).toContain(`      ingress ${part}`);
    }
  });

  it('says why a group is blocked and how to go on', () => {
    const blocked = planFor(policyOf([web]), groupOf([]), { ...OPTIONS, ruleQuota: 0 });
    expect(renderText('abc', [blocked])).toContain(
      'quota: the group would hold 1 rules; its quota is 0\n      to go on: ask for fewer rules',
    );
  });

  it('says so when nothing is to be done', () => {
    expect(renderText('abc', [plan([web], [web])])).toContain('sg-self (enforce): converged\n');
  });

  it('says what a box leaves out', () => {
    const there = [rule({ peer: '10.1.0.0/16', action: 'drop' })];
    expect(renderText('abc', [plan([...there, rule({ peer: '10.0.0.0/8' })], there)])).toContain(
      'ingress tcp ports 1/65535 from 10.0.0.0/8 except 10.1.0.0/16',
    );
  });
});

describe('markdown', () => {
  it('cannot be left by a description', () => {
    const hostile = { ...rule({ ports: '80' }), description: '````\n# owned' };
    const text = renderMarkdown('abc', [plan([], [hostile])]);
    const fences = text.split('\n').filter((line) => /^`{5,}/.test(line));
    expect(fences).toHaveLength(2);
    expect(text).not.toContain('\n# owned');
  });

  it('says of the revision what weakens protection, in a fence that it cannot close', () => {
    const note = 'weakens protection: the expectation "``` # loud" is deleted (web.yaml:3)';
    expect(renderMarkdown('abc', [], { notes: [note] })).toContain(`\n\n\`\`\`\`text\n${note}\n\`\`\`\`\n`);
  });

  it('begins with what opens and closes, and folds the details; what the internet newly reaches stands first', () => {
    const opening = { ...SAFETY, brake: { ...DEFAULT_BRAKE, percent: 100 } };
    const told = planFor(policyOf([web]), groupOf(described([ssh])), OPTIONS, { safety: opening });
    const lines = renderMarkdown('abc', [told]).split('\n');
    expect(lines.slice(0, 10)).toEqual([
      '## Rampart plan for `abc`',
      '',
      '0 calls: add 0, modify 0, remove 0; 1 group blocked',
      '',
      '```text',
      'default/cn-hangzhou/sg-self',
      '  ! opens to the internet: tcp 443/443 (ipv4)',
      '  + opens ingress tcp ports 443/443 from 0.0.0.0/0',
      '  - closes ingress tcp ports 22/22 from sg-a to 10.1.0.0/16 source ports 1024/65535',
      '```',
    ]);
    const folded = lines.indexOf(
      '<details open><summary><code>default/cn-hangzhou/sg-self</code>: blocked, +1 ~0 -1, 2 calls</summary>',
    );
    expect(folded).toBeGreaterThan(10);
    expect(lines.slice(folded + 1, folded + 4)).toEqual([
      '',
      '```text',
      'default/cn-hangzhou/sg-self (enforce): blocked',
    ]);
  });

  it('tells what a converged group has to say all the same', () => {
    const converged = plan([web], [web]);
    const finding = {
      id: 'described',
      severity: 'warning',
      message: 'no text',
      file: 'a.yaml',
      line: 3,
    } as const;
    const exception = { kind: 'unproved', message: 'too intricate' };
    expect(renderMarkdown('abc', [{ ...converged, findings: [finding] }])).toContain(
      '    warning described a.yaml:3: no text\n',
    );
    expect(renderMarkdown('abc', [{ ...converged, exceptions: [exception] }])).toContain(
      '    unproved: too intricate\n',
    );
    expect(renderMarkdown('abc', [converged])).toContain('remove 0; 1 group converged\n');
    expect(renderMarkdown('abc', [converged])).not.toContain('<details');
  });

  it('of a marker is a comment that begins with it', () => {
    expect(renderMarkdown('abc', [plan([web], [])], { marker: 'pr' })).toMatch(
      /^<!-- rampart: pr -->\n## Rampart/,
    );
    expect(renderMarkdown('abc', [plan([web], [])])).toMatch(/^## Rampart/);
  });

  it('shows only groups that are not as they should be below the table', () => {
    const text = renderMarkdown('abc', [plan([web], [web]), failed]);
    expect(text).toContain('| `default/cn-hangzhou/sg-self` | converged |');
    expect(text.match(/```text/g)).toHaveLength(1);
  });
});

describe('what waits for an approval', () => {
  const waiting = braked({});
  const approval: Approval = {
    planHash: waiting.hash,
    desiredHash: waiting.desiredHash,
    losing: waiting.losing.map(losingKey),
    opening: [],
    by: 'ada@desk',
    reason: 'the end of "web"',
    atMs: 0,
    untilMs: 3_600_000,
  };
  const command = `rampart approve ${waiting.hash} --reason "..."`;

  it('is told in JSON with its kind, what lifts it, and the command', () => {
    const [group] = planReport('abc', [waiting]).groups;
    expect(group).toMatchObject({
      status: 'blocked',
      approval: null,
      blockedBy: [{ kind: 'brake', liftedBy: 'approval', override: command }],
      losing: [{ ports: '443/443', peer: '0.0.0.0/0' }],
    });
  });

  it('is told in text, with the command on a line of its own', () => {
    expect(renderText('abc', [waiting])).toContain(`\n      to go on: ${command}\n`);
    expect(renderText('abc', [braked({ mode: 'observe' })])).toContain(
      '\n  would be blocked by\n    brake: ',
    );
  });

  it('is told in Markdown, with the command in a fence of its own', () => {
    expect(renderMarkdown('abc', [waiting])).toContain(
      `\`default/cn-hangzhou/sg-self\` waits for an approval (**brake**):\n\n\`\`\`sh\n${command}\n\`\`\`\n`,
    );
    expect(renderMarkdown('abc', [braked({ mode: 'observe' })])).not.toContain('```sh');
  });

  it('is told with who approved it once it is', () => {
    const approved = braked({}, [approval]);
    expect(planReport('abc', [approved]).groups[0]).toMatchObject({
      status: 'pending',
      approval: {
        by: 'ada@desk',
        at: '1970-01-01T00:00:00.000Z',
        reason: 'the end of "web"',
        until: '1970-01-01T01:00:00.000Z',
      },
      blockedBy: [],
    });
    expect(renderText('abc', [approved])).toContain(
      'by "ada@desk" at 1970-01-01T00:00:00.000Z until 1970-01-01T01:00:00.000Z: "the end of \\"web\\""',
    );
  });
});

describe('exit code', () => {
  const blocked = planFor(policyOf([web]), groupOf([], { serviceManaged: true }), OPTIONS);
  const pending = plan([web], []);
  it.each<[string, GroupResult[], number]>([
    ['nothing', [], 0],
    ['all as it should be', [plan([web], [web])], 0],
    ['observed and as it should be', [plan([web], [web], { mode: 'observe' })], 0],
    ['observed with a difference', [plan([web], [], { mode: 'observe' })], 2],
    ['observed, and blocked if it were enforced', [braked({ mode: 'observe' })], 2],
    ['braked', [braked({})], 3],
    ['something to do', [pending, plan([web], [web])], 2],
    ['something blocked', [pending, blocked], 3],
    ['something unknown', [pending, blocked, failed], 1],
  ])('exit code: %s', (_, results, code) => {
    expect(planExitCode(results)).toBe(code);
  });
});
