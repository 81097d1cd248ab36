// Guardrails and expectations against plans, as the commands make them: what they bring is blocked, what cures is not.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let workspace: Workspace;
let emulator: TestEmulator;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const SSH_FROM_ALL: WireRule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };

async function world(live: readonly WireRule[], rules: readonly string[], extra: string): Promise<void> {
  const group = { ...wireGroup('sg-web', live), Tags: [{ TagKey: 'tier', TagValue: 'web' }] };
  emulator = await startTestEmulator({ state: { securityGroups: [group] } });
  workspace.write('config.yaml', configFor(emulator.url, extra));
  workspace.write('policies/web.yaml', policyFor('sg-web', rules));
}

interface PlanDocument {
  readonly groups: ReadonlyArray<{
    readonly status: string;
    readonly blockedBy: ReadonlyArray<{
      readonly kind: string;
      readonly liftedBy: string;
      readonly message: string;
    }>;
    readonly findings: ReadonlyArray<{ readonly id: string }>;
  }>;
}

async function planned() {
  const { code, stdout } = await workspace.runHere(['plan', '--json']);
  if (code === 1) throw new Error(stdout);
  const [group] = (JSON.parse(stdout) as PlanDocument).groups;
  return {
    code,
    status: group?.status,
    blocks: group?.blockedBy.map(({ kind, liftedBy }) => `${kind} ${liftedBy}`),
    messages: group?.blockedBy.map(({ message }) => message).join('\n') ?? '',
    findings: group?.findings.map(({ id }) => id),
  };
}

const CIS = 'guardrails: [{use: cis-alibaba-4.3}]\n';
const DESCRIBED = `guardrails: [{id: described, rule: 'rule.description != ""'}]\n`;
const WEB_ONLY = 'guardrails: [{use: cis-alibaba-4.3, groups: {tags: {tier: TIER}}}]\n';

describe('a guardrail', () => {
  test('blocks a plan that exposes what it denies, and nothing lifts that but an edit', async () => {
    await world([], ['protocol: tcp, ports: 20-30, from: [0.0.0.0/1, 128.0.0.0/1]'], CIS);
    const { code, status, blocks, messages } = await planned();
    expect([code, status]).toEqual([3, 'blocked']);
    expect(blocks).toEqual(['guardrail edit']);
    expect(messages).toContain('cis-alibaba-4.3');
    expect((await workspace.runHere(['apply', '--yes'])).code).toBe(3);
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  });

  test('lets the cure through', async () => {
    await world([SSH_FROM_ALL], ['protocol: tcp, ports: 22, from: 203.0.113.0/24'], CIS);
    expect(await planned()).toMatchObject({ status: 'pending', blocks: [] });
    expect((await workspace.runHere(['apply', '--yes'])).code).toBe(0);
  });

  test('reports what is there already, and blocks nothing for it', async () => {
    await world(
      [SSH_FROM_ALL],
      ['protocol: tcp, ports: 22, from: 0.0.0.0/0', 'protocol: tcp, ports: 443, from: 10.0.0.0/8'],
      CIS,
    );
    expect(await planned()).toMatchObject({
      status: 'pending',
      blocks: [],
      findings: expect.arrayContaining(['cis-alibaba-4.3']) as string[],
    });
  });

  test.each([
    ['web', 'blocked'],
    ['db', 'pending'],
  ])('holds for the groups with its tags: %s', async (tier, status) => {
    await world([], ['protocol: tcp, ports: 22, from: anywhere'], WEB_ONLY.replace('TIER', tier));
    expect((await planned()).status).toBe(status);
  });

  test('in CEL blocks a plan that brings a rule which violates it, and reports one that is there', async () => {
    const rules = ['protocol: tcp, ports: 22, from: 0.0.0.0/0'];
    await world([SSH_FROM_ALL], rules, DESCRIBED);
    expect(await planned()).toMatchObject({ status: 'converged', findings: ['described'] });
    workspace.write('policies/web.yaml', policyFor('sg-web', [...rules, 'protocol: icmp, from: 10.0.0.0/8']));
    const { status, blocks, messages } = await planned();
    expect([status, blocks]).toEqual(['blocked', ['guardrail edit']]);
    expect(messages).toContain('policies/web.yaml:7');
  });
});

describe('an expectation', () => {
  test('blocks a plan after which it fails and before which it held', async () => {
    await world([SSH_FROM_ALL], ['protocol: tcp, ports: 22, from: 10.0.0.0/8'], '');
    workspace.write(
      'policies/expect.yaml',
      'version: 1\nexpect:\n  - {name: people get in, group: sg-web, accept: {direction: ingress, protocol: tcp, ports: 22, from: 203.0.113.0/24}}\n',
    );
    const { code, blocks, messages } = await planned();
    expect(code).toBe(3);
    expect(blocks).toEqual(['expectation edit']);
    expect(messages).toContain('people get in');
  });
});
