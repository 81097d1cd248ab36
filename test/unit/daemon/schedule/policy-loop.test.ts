// Policies that come into force while those before them are being handed over.
import { expect, it } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import type { GroupListing } from '../../../../daemon/ecs/api.ts';
import { soleOwner } from '../../../../daemon/journal/ownership.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { Controller } from '../../../../daemon/schedule/controller.ts';
import { PolicyLoop } from '../../../../daemon/schedule/policy-loop.ts';
import { TargetResolver } from '../../../../daemon/schedule/selectors.ts';
import { DesiredKeeper } from '../../../../daemon/source/desired.ts';
import type { GroupRef } from '../../../../reconciler/model/group.ts';
import { ok } from '../../../../reconciler/model/result.ts';
import { fakeEngine, NO_ROUNDS, REFUSING_ECS } from '../../../support/fake-engine.ts';
import { PolicyFiles } from '../../../support/policy-files.ts';
import { wrappedJournal } from '../../../support/wrapped-journal.ts';

/** Those who come while it is shut wait until the test lets the first of them in. */
class Door {
  isShut = false;
  readonly #waiting: Array<() => void> = [];

  async pass(): Promise<void> {
    if (this.isShut) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  async letOneIn(): Promise<void> {
    expect(this.#waiting).not.toEqual([]);
    this.#waiting.shift()?.();
    await settled();
  }

  async open(): Promise<void> {
    this.isShut = false;
    while (this.#waiting.length > 0) await this.letOneIn();
  }
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => void setImmediate(resolve));
}

const NO_GROUPS = 'version: 1\ngroups: []\n';
const HERE = 'cn-hangzhou';
const THERE = 'cn-beijing';

function setUp() {
  const [writing, searching, listing] = [new Door(), new Door(), new Door()];
  const memory = openMemoryJournal({ clock: systemClock, randomByte: () => 7 });
  const journal = wrappedJournal(memory, {
    setEstateFacts: async (facts) => {
      if (facts.policyFiles !== undefined) await writing.pass();
      return memory.setEstateFacts(facts);
    },
    groupsWithOpenIntents: async () => {
      await searching.pass();
      return memory.groupsWithOpenIntents();
    },
  });
  /** Ids of groups that another replica looks after. */
  const theirs = new Set<string>();
  const isOurs = ({ id }: GroupRef): boolean => !theirs.has(id);
  const listed: GroupListing = { readMs: 0, groups: [{ id: 'sg-here', name: 'web', tags: {} }] };
  const engine = fakeEngine({
    ecs: {
      ...REFUSING_ECS,
      describeGroup: () => new Promise(() => undefined),
      listGroups: async () => {
        await listing.pass();
        return ok(listed);
      },
    },
    clock: systemClock,
    journal,
    ownership: { ...soleOwner({ owner: 'this', epoch: 1 }), looksAfter: isOurs, mayWrite: isOurs },
  });
  const waits = { concurrency: 4, retryMs: 1000, random: () => 0 };
  const controller = new Controller(engine, { ...waits, onProgress: () => undefined, rounds: NO_ROUNDS });
  const source = new PolicyFiles({
    'here.yaml': `version: 1\ngroups:\n  - {account: default, region: ${HERE}, name: web, ingress: []}\n`,
    'there.yaml': `version: 1\ngroups:\n  - {account: default, region: ${THERE}, id: sg-there, ingress: []}\n`,
  });
  const stop = new AbortController();
  const leases = { want: () => undefined, isSettled: true, status: () => NO_LEASES };
  const keeper = new DesiredKeeper({ accounts: ['default'] });
  const resolver = new TargetResolver(engine, 'enforce');
  const parts = { engine, source, controller, keeper, resolver, leases, onProgress: () => undefined };
  const loop = new PolicyLoop(parts, stop.signal);
  const managed = () => controller.tally.listed().map(({ id }) => id);
  return { loop, source, memory, theirs, writing, searching, listing, managed, stop };
}

const NO_LEASES = { replica: 'this', replicas: [], shards: [], ageMs: null };

it('a group stays managed no longer than its policy, though a shard is taken up when that goes', async () => {
  const { loop, source, writing, searching, listing, managed, stop } = setUp();
  listing.isShut = true;
  const running = loop.run();
  await settled();
  expect([managed(), loop.policies]).toEqual([['sg-there'], expect.objectContaining({ problems: 0 })]);
  searching.isShut = true;
  loop.takeUp(() => true);
  await settled();
  // A place is handed over, and the shard is to be once that is done.
  await listing.open();
  await searching.letOneIn();
  writing.isShut = true;
  source.write('there.yaml', NO_GROUPS);
  loop.reload();
  await settled();
  await searching.open();
  await settled();
  await writing.open();
  await settled();
  expect(managed()).toEqual(['sg-here']);
  stop.abort();
  await running;
});

it('what is known of a group is not forgotten as the broken file that names it is mended', async () => {
  const { loop, source, memory, writing, listing, managed, stop } = setUp();
  const group = { account: 'default', region: HERE, id: 'sg-old' };
  await memory.setFacts(group, { takenOver: true });
  source.write('old.yaml', 'version: 1\ngroups: broken\n');
  listing.isShut = true;
  const running = loop.run();
  await settled();
  expect(loop.policies.problems).toBe(1);
  // The place is to be resolved once more when it has its listing.
  loop.reload();
  await settled();
  writing.isShut = true;
  source.write(
    'old.yaml',
    `version: 1\ngroups:\n  - {account: default, region: ${HERE}, id: sg-old, ingress: []}\n`,
  );
  loop.reload();
  await settled();
  expect(loop.policies.problems).toBe(0);
  await listing.open();
  await settled();
  await writing.open();
  await settled();
  expect(managed()).toContain('sg-old');
  expect(await memory.facts(group)).toMatchObject({ takenOver: true });
  expect(loop.management.released).toEqual([]);
  stop.abort();
  await running;
});

it('what is known of a group is not forgotten as its shard is gained while others of its place are handed over', async () => {
  const { loop, memory, theirs, searching, listing, managed, stop } = setUp();
  const group = { account: 'default', region: HERE, id: 'sg-here' };
  await memory.setFacts(group, { takenOver: true });
  theirs.add('sg-here');
  listing.isShut = true;
  const running = loop.run();
  await settled();
  searching.isShut = true;
  await listing.open();
  await settled();
  expect(managed()).toEqual(['sg-there']);
  theirs.delete('sg-here');
  loop.takeUp(({ id }) => id === 'sg-here');
  await searching.open();
  await settled();
  expect(managed()).toEqual(['sg-there', 'sg-here']);
  expect(await memory.facts(group)).toMatchObject({ takenOver: true });
  stop.abort();
  await running;
});
