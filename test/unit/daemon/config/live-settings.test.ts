import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../daemon/config/config.ts';
import { changedSettings, keysForRestart, liveSettings } from '../../../../daemon/config/live-settings.ts';
import { parseConfig } from '../../../../daemon/config/load.ts';

function configOf(text: string): Config {
  const result = parseConfig(text, 'config.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const BEFORE = configOf('reconcile: {mode: enforce}\nlog: {level: info}\nguardrails: []\n');

describe('a config that was read again', () => {
  it('without a difference changes nothing', () => {
    const same = configOf(
      'reconcile: {mode: enforce, brake: {rules: 20}}\nlog: {level: info}\nguardrails: []\n',
    );
    expect(changedSettings(liveSettings(BEFORE), liveSettings(same))).toEqual([]);
    expect(keysForRestart(BEFORE, same)).toEqual([]);
  });

  it.each([
    ['reconcile: {mode: enforce, brake: off}', ['reconcile.brake'], []],
    ['reconcile: {mode: enforce, brake: {percent: 31}}', ['reconcile.brake'], []],
    [
      'reconcile: {mode: enforce}\nguardrails: [{id: no-ssh, deny: {direction: ingress, protocol: tcp, ports: 22, from: internet}}]',
      ['guardrails'],
      [],
    ],
    ['reconcile: {mode: observe}', [], ['reconcile.mode']],
    ['reconcile: {mode: enforce}\nguardrails: [{use: cis-alibaba-4.3}]', ['guardrails'], []],
    [
      'reconcile: {mode: enforce}\nhttp: {hooks: {listen: "127.0.0.1:1", git: {secretEnv: S}}}',
      [],
      ['http.hooks'],
    ],
    ['reconcile: {mode: enforce}\nprivateNetworks: [10.0.0.0/8]', [], ['privateNetworks']],
    ['reconcile: {mode: enforce, brake: off, ruleQuota: 9}', ['reconcile.brake'], ['reconcile.ruleQuota']],
    [
      'reconcile: {mode: enforce}\naccounts: {other: {credentials: {type: default}}}\nlog: {level: warn}',
      [],
      ['accounts.default', 'accounts.other', 'log.level'],
    ],
    [
      'reconcile: {mode: enforce}\nlimits: {RevokeSecurityGroup: {ratePerMinute: 1}}',
      [],
      [
        'limits.DescribeSecurityGroups',
        'limits.DescribeSecurityGroupAttribute',
        'limits.RevokeSecurityGroup',
      ],
    ],
  ])('tells what is taken up from what needs a restart: `%s`', (text, changed, needRestart) => {
    const after = configOf(text);
    expect(changedSettings(liveSettings(BEFORE), liveSettings(after))).toEqual(changed);
    expect(keysForRestart(BEFORE, after)).toEqual(needRestart);
  });
});
