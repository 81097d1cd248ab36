// docs/runbook.md against the emulator: each alert's fault is raised in a running daemon, promtool finds the alert firing by what
// /metrics shows, the cure is carried out, and promtool finds it over.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { GitEstate } from '../../support/git-estate.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import { firing, readSamples, RULES, type Samples } from '../../support/prometheus.ts';
import { SCENES } from './scenes.ts';
import { World } from './world.ts';

interface Rules {
  readonly groups: ReadonlyArray<{
    readonly rules: ReadonlyArray<{
      readonly alert: string;
      readonly annotations: { readonly runbook: string };
    }>;
  }>;
}

const GIT_SCENE = 'RampartPoliciesUnreachable';
const alerts = (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap(({ rules }) => rules);
const runbook = readFileSync(path.resolve(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');

test('every alert has a block in the runbook, and a fault that is raised here', () => {
  const names = alerts.map(({ alert }) => alert);
  expect([...runbook.matchAll(/^## (Rampart\w+)$/gm)].map(([, name]) => name)).toEqual(names);
  expect([...Object.keys(SCENES), GIT_SCENE].sort()).toEqual([...names].sort());
  for (const { alert, annotations } of alerts)
    expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
});

const FIRES_WHILE_THERE = [false, true, false];

onlyWith('promtool', describe)('the fault fires its alert, and the cure ends it:', () => {
  test.concurrent.each(Object.entries(SCENES))('%s', async (alert, { options = {}, raise, cure }) => {
    const world = await World.open(options);
    try {
      const calm = await world.until(/./);
      const fault = await raise(world);
      const cured = await cure(world);
      expect(firing(alert, { calm, fault, cured }, world.workspace.folder)).toEqual(FIRES_WHILE_THERE);
    } finally {
      await world.close();
    }
  });

  onlyWith('git', test)(GIT_SCENE, async () => {
    const estate = await GitEstate.open();
    try {
      estate.configure({ listen: '127.0.0.1:0' });
      estate.pushPorts(443);
      const daemon = estate.start();
      const { httpUrl } = await daemon.event('daemon.started');
      await daemon.event('daemon.ready');
      const scrape = async (): Promise<Samples> =>
        readSamples(await (await fetch(`${String(httpUrl)}/metrics`)).text());
      const calm = await scrape();
      renameSync(estate.remote, `${estate.remote}.away`);
      await daemon.event('policies.unreachable');
      const fault = await scrape();
      renameSync(`${estate.remote}.away`, estate.remote);
      expect(existsSync(estate.remote)).toBe(true);
      await daemon.event('policies.reachable');
      const cured = await scrape();
      expect(firing(GIT_SCENE, { calm, fault, cured }, estate.workspace.folder)).toEqual(FIRES_WHILE_THERE);
    } finally {
      await estate.close();
    }
  });
});
