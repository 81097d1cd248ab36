// While a revision is held, the last good files are those of the revision in force and not those of the held one.
import { expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { portRules, wirePorts } from '../support/accident.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const IDS = Array.from({ length: 12 }, (_, index) => `sg-${index + 10}`);
const policyOf = (id: string, rules: number) => policyFor(id, portRules(8001, rules));
const LAST = 'sg-21';

test.each([
  ['is broken', 'version: 1\ngroups: ['],
  [
    'is written back by halves',
    policyOf(LAST, 8).slice(0, policyOf(LAST, 8).indexOf('      - {protocol: tcp, ports: 8008')),
  ],
])('a file of a held revision that %s leaves its group as it is in force', (_title, text) => {
  const clock = new VirtualClock();
  const state = { securityGroups: IDS.map((id) => wireGroup(id, wirePorts(8001, 8))) };
  return withEmulator({ state, time: clock }, async (emulator) => {
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: Object.fromEntries(IDS.map((id) => [`${id}.yaml`, policyOf(id, 8)])),
      reconcile: 'resyncSeconds: 60',
      settleSeconds: 10,
      brake: '{}',
    });
    try {
      for (const id of IDS) await service.converged(id);
      // The last rule's text differs, so that no file is the beginning of the one before.
      for (const id of IDS) service.writePolicy(`${id}.yaml`, policyFor(id, portRules(8002, 7)));
      await service.log.event('policies.held');
      const from = service.log.events.length;
      for (const id of IDS.filter((each) => each !== LAST))
        service.writePolicy(`${id}.yaml`, policyOf(id, 8));
      service.writePolicy(`${LAST}.yaml`, text);
      await service.log.event('policies.rejected', {}, from);
      await clock.until(clock.sleep(5000));
      service.writePolicy(`${LAST}.yaml`, policyOf(LAST, 8));
      for (const id of IDS) await service.converged(id, from);
      const calls = await emulator.calls();
      expect(calls.filter(({ action }) => !action.startsWith('Describe'))).toEqual([]);
    } finally {
      await service.stop();
    }
  });
});
