// What the pages say, without a browser: every text of strangers is escaped, nothing is loaded, and the picture tells what
// `rampart check` tells.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPages, PAGE_SECURITY_POLICY, type PagePorts } from '../../../../../daemon/http/page/pages.ts';
import type { DaemonStatus, GroupOfDaemon } from '../../../../../daemon/http/status.ts';
import { JournalError } from '../../../../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../../../../daemon/journal/memory/memory.ts';
import { newGroupMemory } from '../../../../../daemon/learned/group-memory.ts';
import { newRecord, type GroupRecord } from '../../../../../daemon/schedule/group-record.ts';
import { viewOf } from '../../../../support/daemon-view.ts';
import { policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const EVIL = `<script>alert("x")</script>&'`;
const ESCAPED = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;';

const groupNamed = (id: string, other: Partial<GroupOfDaemon> = {}): GroupOfDaemon => ({
  ...{ account: 'default', region: 'cn-hangzhou', id, outcome: 'converged', reason: '', revision: '4fff8c0' },
  ...{ lastAttemptMs: 0, lastConvergedMs: 0, nextAttemptMs: null, failures: 0, attribution: null },
  ...{ blockedBy: [], planHash: null, kept: false, closing: false },
  ...other,
});

const STATUS: DaemonStatus = {
  ...{ version: 1, rampart: '0.1.0', startedAt: '2026-05-01T10:00:00.000Z', ready: true },
  config: {
    ...{
      file: '/etc/rampart/config.yaml',
      mode: 'enforce',
      brake: 'on',
      journal: '/var/lib/rampart/journal.db',
    },
    accounts: [{ name: 'default', endpoint: 'https://ecs.REGION.aliyuncs.com' }],
    policies: { source: 'directory', path: '/etc/rampart/policies' },
  },
  policies: { revision: '4fff8c0', problems: 0, held: null, commit: null, remote: null, notes: [] },
  management: { managed: [], released: [] },
  ...{ hooks: null, leases: null, groups: [], lanes: [], resyncs: [] },
};

const openDesk = () => openMemoryJournal({ clock: { nowMs: () => 0 }, randomByte: () => 7 });

function pagesOf(status: Partial<DaemonStatus>, record: GroupRecord | null = null, desk = openDesk()) {
  const ports: PagePorts = {
    view: () => viewOf({ ...STATUS, ...status }),
    record: () => record,
    desk,
    nowMs: () => 0,
  };
  return createPages(ports);
}

const recordOf = (...rules: Array<Parameters<typeof rule>[0]>): GroupRecord => {
  const policy = policyOf(rules.map((fields) => rule(fields)));
  const record = newRecord({ policy, revision: '4fff8c0' }, newGroupMemory(0));
  return {
    ...record,
    judged: policy,
    outcome: { kind: 'converged', changes: 0, rules: rules.length, next: 'resync' },
  };
};

const GROUP_PATH = '/groups/default/cn-hangzhou/sg-1';

describe('every page', () => {
  it.each(['/', '/revisions', '/lanes', GROUP_PATH])(
    '%s: has its own style and script alone, and loads nothing',
    async (path) => {
      const { body, status } = await pagesOf(
        { groups: [groupNamed('sg-1')] },
        recordOf({ ports: '443' }),
      )(path);
      expect(status).toBe(200);
      for (const [tag, source] of [
        ['style', 'style-src'],
        ['script', 'script-src'],
      ]) {
        const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body)?.[1] ?? '';
        const hash = createHash('sha256').update(content).digest('base64');
        expect(PAGE_SECURITY_POLICY).toContain(`${source} 'sha256-${hash}'`);
      }
      const markup = body.replace(/<script>[^]*?<\/script>/, '');
      expect(markup).not.toMatch(/<link|<img|<iframe|src=|style="|\son[a-z]+=|href="(?!\/|#main)/);
    },
  );

  it('escapes what others wrote', async () => {
    const evil = groupNamed(EVIL, { account: EVIL, region: EVIL, reason: EVIL, outcome: 'not-converged' });
    const { body } = await pagesOf({
      ...{ rampart: EVIL, startedAt: EVIL, groups: [evil] },
      policies: { ...STATUS.policies, revision: EVIL, notes: [EVIL] },
    })('/');
    expect(body.split(ESCAPED).length - 1).toBeGreaterThan(6);
    expect(body).not.toContain(EVIL);
    expect(body).not.toContain('alert("x")');
  });

  it('escapes what a search asks for', async () => {
    const { body } = await pagesOf({})(`/?q=${encodeURIComponent(EVIL)}&state=${encodeURIComponent(EVIL)}`);
    expect(body).toContain(`value="${ESCAPED}"`);
    expect(body).not.toContain('alert("x")');
  });
});

describe('the page of the estate', () => {
  const groups = [
    ...Array.from({ length: 120 }, (_, at) => groupNamed(`sg-${at}`)),
    groupNamed('sg-blocked', { outcome: 'blocked', reason: 'it would cut production' }),
    groupNamed('sg-late', { outcome: 'not-converged', region: 'cn-beijing' }),
  ];
  const idsOn = (body: string): string[] =>
    [...body.matchAll(/<code>(sg-[^<]*)<\/code>/g)].map(([, id]) => id!);

  it('shows what needs a person first, a hundred groups at a time', async () => {
    const pages = pagesOf({ groups });
    const first = idsOn((await pages('/')).body);
    expect(first).toHaveLength(100);
    expect(first.slice(0, 2)).toEqual(['sg-blocked', 'sg-late']);
    const second = await pages('/?page=2');
    expect(idsOn(second.body)).toHaveLength(22);
    expect(second.body).toContain('page 2 of 2');
    expect(idsOn((await pages('/?page=999')).body)).toHaveLength(22);
    expect((await pages('/')).body).toContain('120 of 122 groups converged');
  });

  it('shows the groups of a state, and those whose name, region or account has the text', async () => {
    const pages = pagesOf({ groups });
    expect(idsOn((await pages('/?state=blocked')).body)).toEqual(['sg-blocked']);
    expect(idsOn((await pages('/?q=BEIJING')).body)).toEqual(['sg-late']);
    expect(idsOn((await pages('/?q=sg-11&state=converged')).body)).toHaveLength(11);
    expect((await pages('/?q=nothing-like-it')).body).toContain('None.');
  });

  it('says what the internet reaches, and why newer policies are not in force', async () => {
    const held = {
      revision: 'abc',
      message: 'it removes 40 groups',
      override: 'rampart approve abc',
      reason: 'brake',
    };
    const { body } = await pagesOf(
      { groups: [groupNamed('sg-1')], policies: { ...STATUS.policies, problems: 2, held: held as never } },
      recordOf({ ports: '22', peer: '0.0.0.0/0' }, { ports: '443', peer: '10.0.0.0/8' }),
    )('/');
    expect(body).toContain('<span class="bad">tcp 22</span>');
    expect(body).toContain('it removes 40 groups');
    expect(body).toContain('<code>rampart approve abc</code>');
    expect(body).toContain('The newest policies have 2 problems and are not in force.');
  });
});

describe('the page of a group', () => {
  it('shows each rule with its line, and who reaches what', async () => {
    const record = recordOf(
      { ports: '443', peer: '0.0.0.0/0' },
      { ports: '22', peer: '10.0.0.0/8', action: 'accept', priority: 2 },
      { ports: '22', peer: '10.1.0.0/16', action: 'drop', priority: 1 },
    );
    const { body } = await pagesOf({ groups: [groupNamed('sg-1')] }, record)(GROUP_PATH);
    const { file, line } = record.target.policy.rules.ingress![0]!.source;
    expect(body).toContain(`<code>${file}:${line}</code>`);
    expect(body).toContain('internet: tcp 443.');
    expect(body).toContain('10.0.0.0/8: tcp 22 in part, tcp 443.');
    expect(body).toContain('10.1.0.0/16: tcp 443.');
    expect(body).toContain('<li class="bad">tcp 443</li>');
  });

  it('shows what a rule narrows as a part, and to what', async () => {
    const record = recordOf({ ports: '443', peer: '0.0.0.0/0', own: '10.1.0.0/16' });
    const { body } = await pagesOf({ groups: [groupNamed('sg-1')] }, record)(GROUP_PATH);
    expect(body).toContain('internet: tcp 443 in part.');
    expect(body).toContain('<code>0.0.0.0/0</code> to 10.1.0.0/16');
  });

  it('is not there for a group that no policy names', async () => {
    expect((await pagesOf({})(GROUP_PATH)).status).toBe(404);
    expect((await pagesOf({})('/groups/%ff/%zz/x')).status).toBe(404);
  });

  it('does not say that a group is as declared which no one has looked at', async () => {
    const record = { ...recordOf({ ports: '443' }), outcome: null, judged: null };
    const { body } = await pagesOf(
      { groups: [groupNamed('sg-1', { outcome: 'not-tried' })] },
      record,
    )(GROUP_PATH);
    expect(body).toContain('not seen');
    expect(body).not.toContain('as declared');
  });
});

describe('the past of a group', () => {
  it('is told to be unreadable where the journal is, and the daemon goes on', async () => {
    const desk = openDesk();
    const broken = Object.assign(Object.create(desk) as typeof desk, {
      history: () => Promise.reject(new JournalError('io', 'the disk is gone')),
    });
    const { status, body } = await pagesOf(
      { groups: [groupNamed('sg-1')] },
      recordOf({ ports: '443' }),
      broken,
    )(GROUP_PATH);
    expect({ status, body }).toEqual({ status: 503, body: 'the journal cannot be read: the disk is gone\n' });
  });
});

it('a peer has the name that its policy gives it in the picture', async () => {
  const record = recordOf({ ports: '443', peer: '10.0.0.0/8' });
  const { policy } = record.target;
  const named = policy.rules.ingress!.map((desired) => ({
    ...desired,
    words: { network: { name: 'office', size: 1 }, service: null },
  }));
  const target = { ...record.target, policy: { ...policy, rules: { ...policy.rules, ingress: named } } };
  const known = { ...record, target, judged: target.policy };
  const { body } = await pagesOf({ groups: [groupNamed('sg-1')] }, known)(GROUP_PATH);
  expect(body).toContain('office: 10.0.0.0/8: tcp 443.');
});
