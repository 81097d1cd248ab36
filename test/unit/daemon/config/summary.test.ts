import { expect, it } from 'vitest';
import { parseConfig } from '../../../../daemon/config/load.ts';
import { summaryLines, summaryOf } from '../../../../daemon/config/summary.ts';

const CONFIG = `
accounts:
  shop: {credentials: {type: default}}
  lab: {credentials: {type: emulator}, endpoint: embedded}
  near: {credentials: {type: default}, endpoint: ecs-vpc.cn-hangzhou.aliyuncs.com}
reconcile: {mode: observe, brake: off}
journal: {url: /var/lib/journal.db}
`;

it('names the config file, the mode, each account with its endpoint, the policies with their revision, and the journal', () => {
  const config = parseConfig(CONFIG, 'etc/config.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  expect(summaryLines(summaryOf(config.value, '/srv'), { revision: '4fff8c0' })).toEqual([
    'config    /srv/etc/config.yaml',
    'mode      observe, brake off: nothing limits what a plan may remove or open',
    'account   shop at https://ecs.REGION.aliyuncs.com',
    'account   lab at embedded',
    'account   near at https://ecs-vpc.cn-hangzhou.aliyuncs.com',
    'policies  directory /srv/etc/policies, revision 4fff8c0',
    'journal   /var/lib/journal.db',
  ]);
});
