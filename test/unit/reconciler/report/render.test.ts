import { guardrailCode } from '../../../../reconciler/model/problem.ts';
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
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
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

describe('markdown', () => {
  it('cannot be left by a description', () => {
    const hostile = { ...rule({ ports: '80' }), description: '````\n# owned' };
    const text = renderMarkdown('abc', [plan([], [hostile])]);
    const fences = text.split('\n').filter((line) => /^`{5,}/.test(line));
    expect(fences).toHaveLength(4);
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
      '1 group differs; 1 group blocked',
      '',
      '```text',
      'default/cn-hangzhou/sg-self  +1 ~0 -1  ! opens to the internet: tcp 443',
      '  ! opens  tcp 443 from the internet (0.0.0.0/0)                    web.yaml:1',
      '  - closes tcp 22 from sg-a to 10.1.0.0/16 source ports 1024-65535  undeclared rule',
      '```',
      '',
    ]);
    const folded = lines.indexOf(
      '<details open><summary><code>default/cn-hangzhou/sg-self</code>: blocked, +1 ~0 -1, 2 calls</summary>',
    );
    expect(folded).toBeGreaterThan(10);
    expect(lines.slice(folded + 1, folded + 4)).toEqual([
      '',
      '```text',
      'sg-self  cn-hangzhou  +1 ~0 -1  ! opens to the internet: tcp 443  1 rule opens, 1 rule closes  BLOCKED by opening',
    ]);
  });

  it('tells what a converged group has to say all the same', () => {
    const converged = plan([web], [web]);
    const finding = {
      id: guardrailCode('described'),
      severity: 'warning',
      message: 'no text',
      file: 'a.yaml',
      line: 3,
    } as const;
    const exception = { kind: 'unproved', message: 'too intricate' } as const;
    expect(renderMarkdown('abc', [{ ...converged, findings: [finding] }])).toContain(
      '\n  warning described a.yaml:3: no text\n',
    );
    expect(renderMarkdown('abc', [{ ...converged, exceptions: [exception] }])).toContain(
      '\n  unproved: too intricate\n',
    );
    expect(renderMarkdown('abc', [converged])).toContain('\nno group differs; 1 group converged\n');
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
    expect(renderText('abc', [waiting])).toContain(`\n    to go on: ${command}\n`);
    expect(renderText('abc', [braked({ mode: 'observe' })])).toContain('\n  would be blocked by brake: ');
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
      '\n  approved by "ada@desk" at 1970-01-01T00:00:00.000Z until 1970-01-01T01:00:00.000Z: "the end of \\"web\\""',
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
