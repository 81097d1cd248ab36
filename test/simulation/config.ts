// The config file of a simulated daemon, read as a real one is.
import type { Config } from '../../daemon/config/config.ts';
import { parseConfig } from '../../daemon/config/load.ts';
import type { ConfigKnobs } from './knobs.ts';

/** For worlds in which little of the config is drawn. */
export const PLAIN_CONFIG: ConfigKnobs = {
  brake: 'off',
  resyncSeconds: 120,
  concurrency: 4,
  modify: 'prefer',
  maxModifyPerPlan: 20,
  fallback: 'neverOpen',
  batchesAtomic: false,
  settleSeconds: 0,
  ruleQuota: 1000,
  rates: { default: 60, DescribeSecurityGroups: 300, DescribeSecurityGroupAttribute: 300 },
};

/** More than any simulated estate has. */
const ANY_GROUPS = 100;
const ANY_RULES = 100_000;

export function configOf(
  { rates, brake, ...reconcile }: ConfigKnobs,
  apiLevel: 'auto' | 'legacy2019',
): Config {
  const limits = Object.entries(rates).map(([name, ratePerMinute]) => [name, { ratePerMinute }]);
  const text = `accounts:
  default: {credentials: {type: emulator}, endpoint: "http://127.0.0.1:1", apiLevel: ${apiLevel}}
reconcile: ${JSON.stringify({ mode: 'enforce', brake: brake === 'off' ? brake : { ...brake, groups: ANY_GROUPS, perHour: ANY_RULES }, ...reconcile })}
limits: ${JSON.stringify(Object.fromEntries(limits))}
http: {listen: "off"}
`;
  const parsed = parseConfig(text, '/simulation/config.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}
