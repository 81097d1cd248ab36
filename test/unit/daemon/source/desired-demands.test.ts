// Guardrails and expectations in the state in force: they never fall away because a file is broken.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../daemon/config/load.ts';
import { DesiredKeeper, type DesiredUpdate } from '../../../../daemon/source/desired.ts';
import { contentHash } from '../../../../daemon/source/git/revision.ts';
import { noKinds, OUTSIDE_GIT, type LoadedPolicies } from '../../../../daemon/source/source.ts';
import type { WrittenGuardrails } from '../../../../reconciler/policy/compile/compile-guardrails.ts';

function loaded(files: Readonly<Record<string, string>>): LoadedPolicies {
  const list = Object.entries(files).map(([path, text]) => ({
    path,
    file: `policies/${path}`,
    bytes: Buffer.from(text),
    stamp: text,
    inGit: null,
  }));
  const content = contentHash(list);
  return {
    files: list,
    unreadable: [],
    content,
    revision: content,
    kinds: noKinds('policies'),
    ...OUTSIDE_GIT,
  };
}

function guardrails(...entries: string[]): WrittenGuardrails {
  const list = entries.map((entry) => `\n  - ${entry}`).join('');
  const config = parseConfig(`reconcile: {mode: observe}\nguardrails:${list}\n`, 'config.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value.guardrails;
}

const WEB = 'version: 1\ngroups: [{id: sg-a, region: cn-a, ingress: []}]\n';
const NETWORKS = 'version: 1\nnetworks: {vpn: 10.0.0.0/8}\n';
const EXPECT =
  'version: 1\nexpect: [{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: internet}}]\n';
const OF_VPN = '{id: of-vpn, deny: {direction: ingress, protocol: all, from: vpn}}';

const idsOf = ({ state }: DesiredUpdate) => ({
  groups: state.groups.length,
  expectations: state.expectations.map(({ name }) => name),
  guardrails: state.guardrails.map(({ id }) => id),
});

describe('the state in force', () => {
  it('has the expectations of a file that is broken now', async () => {
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    await keeper.take(loaded({ 'web.yaml': WEB, 'expect.yaml': EXPECT }));
    const update = await keeper.take(loaded({ 'web.yaml': WEB, 'expect.yaml': `${EXPECT}expect: [` }));
    expect(idsOf(update)).toEqual({ groups: 1, expectations: ['n'], guardrails: [] });
    const gone = await keeper.take(loaded({ 'web.yaml': WEB }));
    expect(idsOf(gone)).toEqual({ groups: 1, expectations: [], guardrails: [] });
  });

  it('has a guardrail whose network is gone as it was before', async () => {
    const keeper = new DesiredKeeper({ accounts: ['default'], guardrails: guardrails(OF_VPN) });
    await keeper.take(loaded({ 'web.yaml': WEB, 'networks.yaml': NETWORKS }));
    const update = await keeper.take(loaded({ 'web.yaml': WEB }));
    expect(idsOf(update)).toEqual({ groups: 1, expectations: [], guardrails: ['of-vpn'] });
    expect(update.problems).toMatchObject([{ file: 'config.yaml', code: 'unknown-network' }]);
  });

  it('has nothing new while a guardrail of the config never could be judged by', async () => {
    const keeper = new DesiredKeeper({ accounts: ['default'], guardrails: guardrails(OF_VPN) });
    const first = await keeper.take(loaded({ 'web.yaml': WEB }));
    expect(idsOf(first)).toEqual({ groups: 0, expectations: [], guardrails: [] });
    const mended = await keeper.take(loaded({ 'web.yaml': WEB, 'networks.yaml': NETWORKS }));
    expect(idsOf(mended)).toEqual({ groups: 1, expectations: [], guardrails: ['of-vpn'] });
  });

  it('takes up other guardrails with the same files', async () => {
    const keeper = new DesiredKeeper({ accounts: ['default'] });
    await keeper.take(loaded({ 'web.yaml': WEB }));
    keeper.reconfigure({ accounts: ['default'], guardrails: guardrails('{use: cis-alibaba-4.3}') });
    const update = await keeper.take(loaded({ 'web.yaml': WEB }));
    expect(idsOf(update).guardrails).toEqual(['cis-alibaba-4.3']);
    expect(update.changed).toBe(true);
  });
});
