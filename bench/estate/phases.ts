// What is done with the estate and counted: the first read with a fix in its middle, twenty edits, a fix while forty
// groups hang, and a new group beside a plain client.
import { setTimeout as sleep } from 'node:timers/promises';
import { WATCH_TIMINGS } from '../../daemon/source/directory/folder-watch.ts';
import { estateGroup } from '../policy-estate.ts';
import type { Claims } from './claims.ts';
import { cameAtMs, isOf, median, readsOf, ruleReads } from './counted-calls.ts';
import { PLAIN_GROUP, RULES, SIDE_GROUP, sidePolicy } from './estate-state.ts';
import type { EstateOptions, EstateWorld } from './estate-world.ts';
import { applyPlainly } from './plain-client.ts';

const FIX_GOAL_MS = 1000;
/** On top of the time that the watch waits for a file to be quiet. */
const FIRST_CALL_GOAL_MS = 300 + WATCH_TIMINGS.quietMs;
const EDITS = 20;
const HANGING = 40;
/** A read before, the call, and a read after. */
const CALLS_PER_EDIT = 3;
const HEADS_PER_CALL = 100;
const POLL_MS = 20;
/** How many groups are looked at when the fix comes: a part of those that may be read at once. */
const FIX_AFTER = 0.1;
/** Looks whose calls have had their turn in the lane when the news comes: as many as are under way at least. */
const UNDER_WAY = 8;

export interface Phase {
  readonly world: EstateWorld;
  readonly claims: Claims;
  readonly options: EstateOptions;
}

interface EditFigures {
  /** From the saving of the file. */
  readonly newsMs: number;
  readonly firstCallMs: number;
  readonly doneMs: number;
  /** Looks at other groups between the news and the first look at this one. */
  readonly othersBefore: number;
  readonly filesParsed: number;
  readonly groupsCompiled: number;
  readonly reads: number;
  readonly calls: number;
}

/** Edits a rule of the group and waits until the cloud has it. */
async function editOnce({ world }: Phase, group: number, edit: number): Promise<EditFigures> {
  const id = estateGroup(group);
  const from = world.daemon.lines.length;
  const savedAtMs = world.edit(group, edit);
  const loaded = await world.daemon.event('policies.loaded', {}, from);
  await world.daemon.line(
    ({ event, group: of, changes }) => event === 'group.converged' && of === id && changes !== 0,
    from,
  );
  const calls = (await world.calls()).filter((call) => cameAtMs(call) >= savedAtMs);
  const own = calls.filter(isOf(id));
  const firstAtMs = Math.min(...own.map(cameAtMs));
  const newsAtMs = Date.parse(String(loaded.time));
  const between = ruleReads(calls).filter((call) => {
    const atMs = cameAtMs(call);
    return newsAtMs < atMs && atMs < firstAtMs && !isOf(id)(call);
  });
  const firstWrite = own.find(({ effect }) => effect);
  return {
    newsMs: newsAtMs - savedAtMs,
    firstCallMs: firstAtMs - savedAtMs,
    doneMs: (firstWrite === undefined ? NaN : Date.parse(firstWrite.time)) - savedAtMs,
    othersBefore: between.length,
    filesParsed: Number(loaded.filesParsed),
    groupsCompiled: Number(loaded.groupsCompiled),
    reads: readsOf(own),
    calls: own.length,
  };
}

export async function firstRead(phase: Phase): Promise<void> {
  const { world, claims, options } = phase;
  const { groups, ratePerMinute } = options;
  await world.daemon.event('daemon.started');
  // What was before was the loading of the program.
  await world.strain();
  while (ruleReads(await world.calls()).length < groups * FIX_AFTER) await sleep(POLL_MS);
  const fix = await editOnce(phase, groups - 1, 1);
  claims.count('looks at other groups before a fix, during the first read', fix.othersBefore, UNDER_WAY);
  claims.time('a fix during the first read: until its policies are in force', fix.newsMs, null);
  claims.time('a fix during the first read: from its saving to its call', fix.doneMs, FIX_GOAL_MS);
  await world.daemon.event('daemon.ready');
  const calls = await world.calls();
  const looks = ruleReads(calls);
  const minimum = groups + Math.ceil(groups / HEADS_PER_CALL) + CALLS_PER_EDIT;
  claims.ratio('first read: Describes per look at a group', readsOf(calls) / looks.length, 1.02);
  claims.ratio('first read: calls / minimum', calls.length / minimum, 1.05);
  const times = looks.map(cameAtMs);
  const tookMs = Math.max(...times) - Math.min(...times);
  claims.ratio('first read: time / (calls / rate)', tookMs / ((looks.length / ratePerMinute) * 60_000), 1.05);
  claims.time('first read: time', tookMs, null);
  await tellStrain(phase, 'first read');
}

export async function twentyEdits(phase: Phase): Promise<void> {
  const { world, claims, options } = phase;
  await world.clearCalls();
  const all: EditFigures[] = [];
  for (let edit = 0; edit < EDITS; edit += 1) {
    all.push(await editOnce(phase, Math.floor((edit * options.groups) / EDITS), 1));
  }
  const most = (of: (figures: EditFigures) => number): number => Math.max(...all.map(of));
  claims.count(
    'an edit: files parsed',
    most(({ filesParsed }) => filesParsed),
    1,
  );
  claims.count(
    'an edit: groups compiled',
    most(({ groupsCompiled }) => groupsCompiled),
    1,
  );
  claims.count(
    'an edit: Describes of the group',
    most(({ reads }) => reads),
    2,
  );
  const calls = await world.calls();
  // Heads that are old are read again before a write, those of others in the same call.
  const heads = Math.ceil(options.groups / HEADS_PER_CALL);
  claims.count('20 edits: Describes', readsOf(calls), 2 * EDITS + heads);
  claims.ratio('20 edits: calls / minimum', calls.length / (CALLS_PER_EDIT * EDITS + heads), 1.05);
  const firstCallMs = median(all.map((figures) => figures.firstCallMs));
  const newsMs = median(all.map((figures) => figures.newsMs));
  claims.time('an edit: until its policies are in force, median', newsMs, null);
  claims.time('an edit: from saving to first call, median', firstCallMs, FIRST_CALL_GOAL_MS);
  claims.time(
    'an edit: from saving to first call, worst',
    most((figures) => figures.firstCallMs),
    null,
  );
  await tellStrain(phase, '20 edits');
}

export async function besidePlainClient(phase: Phase): Promise<void> {
  const { world, claims } = phase;
  await world.clearCalls();
  const from = world.daemon.lines.length;
  const savedAtMs = world.write('beside.yaml', sidePolicy());
  await world.daemon.line(
    ({ event, group, changes }) => event === 'group.converged' && group === SIDE_GROUP && changes !== 0,
    from,
  );
  const tookMs = Date.now() - savedAtMs;
  const plainMs = await applyPlainly(world.cloudUrl);
  const calls = await world.calls();
  const [own, plain] = [SIDE_GROUP, PLAIN_GROUP].map((group) => calls.filter(isOf(group)).length);
  claims.ratio(
    `${RULES} rules: calls, beside a client of one rule a call`,
    (own ?? NaN) / (plain ?? NaN),
    0.02,
  );
  claims.ratio(`${RULES} rules: time from saving the file, beside it`, tookMs / plainMs, null);
  claims.time(`${RULES} rules: time from saving the file`, tookMs, null);
  claims.time(`${RULES} rules: time of the other, ten calls side by side`, plainMs, null);
}

export async function hangingGroups(phase: Phase): Promise<void> {
  const { world, claims, options } = phase;
  await world.clearCalls();
  const hanging = Math.min(HANGING, Math.floor(options.groups / 5));
  await world.hangReads(hanging);
  world.reload();
  const hung = async (): Promise<number> =>
    (await world.calls()).filter(({ fault }) => fault === 'hang').length;
  while ((await hung()) < hanging) await sleep(POLL_MS);
  const fix = await editOnce(phase, options.groups - 1, 2);
  claims.count(`looks at other groups before a fix, ${hanging} groups hanging`, fix.othersBefore, UNDER_WAY);
  claims.time(`a fix while ${hanging} groups hang: until its policies are in force`, fix.newsMs, null);
  claims.time(`a fix while ${hanging} groups hang: from its saving to its call`, fix.doneMs, FIX_GOAL_MS);
  await tellStrain(phase, 'hanging groups');
}

const HEALTH_GOAL_MS = 100;
const BLOCK_GOAL_MS = 50;
/** What the program takes by itself, its worker among it, and for each group. */
const MOST_MIB = { base: 450, perGroup: 0.06 };

async function tellStrain({ world, claims, options }: Phase, during: string): Promise<void> {
  const { blockMs, blockCpuMs, healthMs, peakBytes } = await world.strain();
  claims.time(`${during}: longest block of the event loop`, blockMs, BLOCK_GOAL_MS);
  if (!Number.isNaN(blockCpuMs)) {
    claims.time(`${during}: most of a processor in one turn of it`, blockCpuMs, BLOCK_GOAL_MS);
  }
  claims.time(`${during}: /healthz at worst`, healthMs, HEALTH_GOAL_MS);
  const most = Math.round(MOST_MIB.base + MOST_MIB.perGroup * options.groups);
  claims.memory(`${during}: peak memory`, peakBytes, most);
}
