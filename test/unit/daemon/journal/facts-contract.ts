// What holds for the facts, approvals and waiting plans of every journal, whatever it is kept in.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GrantedApproval, PlanThatWaits } from '../../../../daemon/journal/approvals.ts';
import {
  NO_ESTATE_FACTS,
  NO_GROUP_FACTS,
  type GroupFacts,
  type HeldRevision,
} from '../../../../daemon/journal/facts.ts';
import type { Journal, JournalPorts } from '../../../../daemon/journal/journal.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';
import { GROUP, NEIGHBOURS, type JournalPlace } from './contract.ts';

const START_MS = 1_000_000;

const POLICY = policyOf([rule({ peer: '2001:db8::/32' }), rule({ ports: '22' })]);

const FACTS: GroupFacts = {
  lastConverged: ['ingress|tcp|443/443|', 'n:1', 's:2'],
  inForce: POLICY,
  inForceRevision: 'v1',
  ended: ['ingress|tcp|22/22|'],
  takenOver: true,
  ownedRules: ['sgr-1', 'sgr-2'],
  broughtRules: ['ingress|tcp|22/22|'],
  adoptedRules: [{ id: 'sgr-3', by: 'ada@build', reason: 'ours since 2019', atMs: START_MS }],
  losses: [{ atMs: START_MS, rules: ['a'], isDone: false }],
  attribution: {
    told: [{ foundMs: START_MS, write: null, reason: 'not found' }],
    open: { sinceMs: 1, foundMs: 2, lastMs: 3 },
  },
  breakGlass: [{ rule: rule({ ports: '22' }), reason: 'INC-7', firstSeenMs: 1, untilMs: 2, isPresent: true }],
};

const APPROVAL: GrantedApproval = {
  planHash: 'f00',
  desiredHash: 'd00',
  group: GROUP,
  losing: ['a'],
  opening: [],
  by: 'ada@build',
  reason: 'ticket 7',
  atMs: START_MS,
  untilMs: START_MS + 100,
};
const AHEAD: GrantedApproval = {
  ...APPROVAL,
  ...{ planHash: 'aaa', desiredHash: null, group: null, losing: null, opening: null },
};

const WAITING: PlanThatWaits = {
  planHash: 'f00',
  desiredHash: 'd00',
  revision: 'abc',
  kinds: ['brake'],
  messages: ['25 rules would lose traffic'],
  losing: ['a'],
  opening: [],
};

/** Runs the contract for one kind of journal. `makePlace` makes an empty place for each test. */
export function factsContract(kind: string, makePlace: () => JournalPlace): void {
  let place: JournalPlace;
  let journal: Journal;
  let nowMs = START_MS;
  let dice = 0;
  const ports: JournalPorts = {
    clock: { nowMs: () => nowMs },
    randomByte: () => (dice = (dice * 73 + 41) % 256),
  };

  beforeEach(async () => {
    nowMs = START_MS;
    place = makePlace();
    journal = await place.open(ports);
  });
  afterEach(async () => {
    await journal.close();
    await place.remove();
  });

  const restart = async (): Promise<void> => {
    await journal.close();
    journal = await place.open(ports);
  };

  describe(`the facts of a ${kind} journal`, () => {
    it('of a group that it never heard of are none', async () => {
      expect(await journal.facts(GROUP)).toEqual(NO_GROUP_FACTS);
      expect(await journal.estateFacts()).toEqual(NO_ESTATE_FACTS);
      expect(await journal.groupsWithFacts()).toEqual([]);
    });

    it('come back as they were set, addresses and odd texts included, after a restart too', async () => {
      await journal.setFacts(GROUP, FACTS);
      expect(await journal.facts(GROUP)).toEqual(FACTS);
      await restart();
      expect(await journal.facts(GROUP)).toEqual(FACTS);
      expect(await journal.groupsWithFacts()).toEqual([GROUP]);
    });

    it('change one by one', async () => {
      await journal.setFacts(GROUP, FACTS);
      await journal.setFacts(GROUP, { losses: [] });
      expect(await journal.facts(GROUP)).toEqual({ ...FACTS, losses: [] });
    });

    it.each(NEIGHBOURS)('are no facts of a group with another $part', async ({ neighbour }) => {
      await journal.setFacts(GROUP, FACTS);
      await journal.setFacts(neighbour, { takenOver: true });
      expect(await journal.facts(neighbour)).toEqual({ ...NO_GROUP_FACTS, takenOver: true });
      await journal.forget(neighbour);
      expect(await journal.facts(neighbour)).toEqual(NO_GROUP_FACTS);
      expect(await journal.facts(GROUP)).toEqual(FACTS);
    });

    it('of the estate come back as they were set, one by one, after a restart too', async () => {
      const held: HeldRevision = {
        hash: 'abc',
        revision: 'def',
        reason: 'brake',
        losing: ['sg-1'],
        released: [],
        limit: 10,
        sinceMs: START_MS,
      };
      const desired = { revision: 'r1', groups: [], expectations: [], guardrails: [] };
      await journal.setEstateFacts({ desired });
      await journal.setEstateFacts({ held });
      await restart();
      expect(await journal.estateFacts()).toEqual({ ...NO_ESTATE_FACTS, desired, held });
      await journal.setEstateFacts({ held: null });
      expect(await journal.estateFacts()).toEqual({ ...NO_ESTATE_FACTS, desired });
    });
  });

  describe(`the approvals of a ${kind} journal`, () => {
    it('hold until their time', async () => {
      await journal.approve(APPROVAL);
      expect(await journal.approvals(START_MS + 99, GROUP)).toEqual([APPROVAL]);
      expect(await journal.approvals(START_MS + 100, GROUP)).toEqual([]);
    });

    it.each(NEIGHBOURS)(
      'are about no group with another $part, unless given ahead',
      async ({ neighbour }) => {
        await journal.approve(APPROVAL);
        expect(await journal.approvals(START_MS, neighbour)).toEqual([]);
        await journal.approve(AHEAD);
        expect(await journal.approvals(START_MS, neighbour)).toEqual([AHEAD]);
        expect(await journal.approvals(START_MS, GROUP)).toEqual([APPROVAL, AHEAD]);
        expect(await journal.approvals(START_MS)).toEqual([APPROVAL, AHEAD]);
      },
    );

    it('of the same plan replace one another, also those that were used up', async () => {
      await journal.approve(APPROVAL);
      await journal.useUpApprovals({ group: GROUP, desiredHash: 'd00' });
      await journal.approve({ ...APPROVAL, reason: 'again' });
      expect(await journal.approvals(START_MS, GROUP)).toEqual([{ ...APPROVAL, reason: 'again' }]);
    });

    it('are used up with their group, and remembered, after a restart too', async () => {
      await journal.approve(APPROVAL);
      await journal.approve(AHEAD);
      await journal.useUpApprovals({ group: GROUP, desiredHash: 'd00' });
      await restart();
      expect(await journal.approvals(START_MS, GROUP)).toEqual([AHEAD]);
      expect(await journal.pastApprovals({ group: {}, sinceMs: null, limit: 2 })).toEqual([
        { ...APPROVAL, usedAtMs: START_MS },
        { ...AHEAD, usedAtMs: null },
      ]);
      const ofGroup = { group: { id: GROUP.id }, sinceMs: START_MS, limit: 9 };
      expect(await journal.pastApprovals(ofGroup)).toHaveLength(1);
      expect(await journal.pastApprovals({ group: {}, sinceMs: START_MS + 1, limit: 9 })).toEqual([]);
    });

    it('are remembered in the order of approving, and of many the newest are told', async () => {
      await journal.approve(APPROVAL);
      await journal.approve(AHEAD);
      expect(await journal.pastApprovals({ group: {}, sinceMs: null, limit: 1 })).toEqual([
        { ...AHEAD, usedAtMs: null },
      ]);
    });

    it('of other desired rules of the group stay', async () => {
      await journal.approve(APPROVAL);
      const other = { ...APPROVAL, planHash: 'f02', desiredHash: 'd02' };
      await journal.approve(other);
      await journal.useUpApprovals({ group: GROUP, desiredHash: 'd00' });
      await restart();
      expect(await journal.approvals(START_MS, GROUP)).toEqual([other]);
    });

    it('of a revision are used up by its hash', async () => {
      await journal.approve(APPROVAL);
      await journal.approve(AHEAD);
      await journal.useUpApprovals({ revision: AHEAD.planHash });
      expect(await journal.approvals(START_MS)).toEqual([APPROVAL]);
    });

    it('that were given ahead are about one group once they are bound', async () => {
      await journal.approve(AHEAD);
      const bound = { ...AHEAD, group: GROUP, losing: ['x'] };
      await journal.bindApproval(AHEAD, bound);
      expect(await journal.approvals(START_MS)).toEqual([bound]);
    });
  });

  describe(`what waits for an approval in a ${kind} journal`, () => {
    it('is listed by group until it waits no more, after a restart too', async () => {
      await journal.setWaiting(GROUP, WAITING);
      await journal.setWaiting({ ...GROUP, id: 'sg-0' }, { ...WAITING, planHash: 'bad' });
      await journal.setWaiting(GROUP, { ...WAITING, kinds: ['opening'] });
      await restart();
      const rest = { ...WAITING, kinds: ['opening'], group: GROUP, sinceMs: START_MS };
      expect((await journal.waiting()).map(({ planHash }) => planHash)).toEqual(['bad', 'f00']);
      await journal.setWaiting({ ...GROUP, id: 'sg-0' }, null);
      expect(await journal.waiting()).toEqual([rest]);
    });

    it('waits since a plan of these desired rules was first made', async () => {
      const since = async () => (await journal.waiting()).map(({ sinceMs }) => sinceMs - START_MS);
      await journal.setWaiting(GROUP, WAITING);
      nowMs += 5;
      await journal.setWaiting(GROUP, { ...WAITING, planHash: 'another after a change by hand' });
      expect(await since()).toEqual([0]);
      await journal.setWaiting(GROUP, { ...WAITING, desiredHash: 'of an edited policy' });
      expect(await since()).toEqual([5]);
    });

    it('is forgotten with its group and the approvals of it', async () => {
      await journal.setWaiting(GROUP, WAITING);
      await journal.approve(APPROVAL);
      await journal.setFacts(GROUP, FACTS);
      await journal.forget(GROUP);
      expect(await journal.waiting()).toEqual([]);
      expect(await journal.approvals(START_MS)).toEqual([]);
      expect(await journal.groupsWithFacts()).toEqual([]);
    });

    it('but not what the group lost: it may come back within the hour', async () => {
      await journal.setFacts(GROUP, FACTS);
      await journal.forget(GROUP);
      await restart();
      expect(await journal.facts(GROUP)).toEqual({
        ...NO_GROUP_FACTS,
        losses: FACTS.losses,
        attribution: FACTS.attribution,
      });
    });
  });
}
