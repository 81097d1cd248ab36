// One rule edited in the example policies, followed through the rooms with the real values of each: the material of
// docs/tour.md. Everything is as in the daemon, over an emulator in this process; only chance and the clock's display
// stand still.
import { readdirSync, readFileSync } from 'node:fs';
import { assembleEngine, popTransportOf } from '../../daemon/compose/assemble.ts';
import { Secrets } from '../../daemon/compose/secrets.ts';
import { systemClock } from '../../daemon/clock.ts';
import { parseConfig } from '../../daemon/config/load.ts';
import { openMemoryJournal } from '../../daemon/journal/memory/memory.ts';
import { newGroupMemory } from '../../daemon/learned/group-memory.ts';
import { reconcileGroup } from '../../daemon/reconcile/reconcile.ts';
import { TargetResolver } from '../../daemon/schedule/selectors.ts';
import type { Telemetry } from '../../daemon/telemetry/events.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import { startEmulator, type Emulator } from '../../emulator/emulator.ts';
import type { GroupPlan, GroupPolicy } from '../../reconciler/plan/plan.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { compilePolicies } from '../../reconciler/policy/compile/compile.ts';
import { parsePolicyFile } from '../../reconciler/policy/read/file.ts';

export const EDIT = { file: 'policies/web.yaml', from: 'ports: 9443\n', to: 'ports: 9443-9444\n' } as const;
const GROUP = 'sg-bp1web';
/** So that the expiry of the example rules is ahead, whenever the tour is written. */
const NOW_MS = Date.parse('2026-11-28T12:00:00Z');

/** An event, with what differs from run to run left out. */
export type SeenEvent = Readonly<Record<string, unknown>>;

export interface Walk {
  /** The policy of the group before and after the edit. */
  readonly before: GroupPolicy;
  readonly after: GroupPolicy;
  readonly plan: GroupPlan;
  /** Of the reconcile that follows the edit. */
  readonly events: readonly SeenEvent[];
  /** What the emulator's call log shows of the write. */
  readonly write: SeenEvent;
  readonly history: SeenEvent;
  /** Events of one more reconcile. */
  readonly secondRound: readonly SeenEvent[];
}

/** Starts an emulator with the example cloud, converges the group, edits the policy, and reconciles twice. */
export async function walk(): Promise<Walk> {
  const state = parseState(JSON.parse(readFileSync('emulator/example-state.json', 'utf8')));
  const emulator = await startEmulator({ state });
  try {
    return await walkOver(emulator);
  } finally {
    await emulator.close();
  }
}

async function walkOver(emulator: Emulator): Promise<Walk> {
  const events: SeenEvent[] = [];
  const { engine, lanes } = engineOver(emulator, {
    emit: (event, fields) => void events.push(steady({ event, ...fields })),
  });
  const resolver = new TargetResolver(engine, 'enforce');
  const [before, after] = [await policyOf(resolver, false), await policyOf(resolver, true)];
  let memory = newGroupMemory(engine.clock.monotonicMs());
  const reconcile = async (policy: GroupPolicy, revision: string): Promise<SeenEvent[]> => {
    const request = { policy, revision, cause: 'policy', memory, approvedPlan: null } as const;
    ({ memory } = await reconcileGroup(engine, request, new AbortController().signal));
    return events.splice(0);
  };
  await reconcile(before, 'before');
  const described = await engine.ecs.describeGroup(after);
  if (!described.ok) throw new Error(described.error.message);
  const plan = planGroup({
    desired: after,
    described: described.value,
    settings: engine.planOptions,
    nowMs: NOW_MS,
  });
  await fetch(`${emulator.url}/_emulator/calls`, { method: 'DELETE' });
  const seen = await reconcile(after, 'edited');
  const calls = (await (await fetch(`${emulator.url}/_emulator/calls`)).json()) as SeenEvent[];
  const [newest] = await engine.journal.history({ group: { id: GROUP }, sinceMs: null, limit: 1 });
  const secondRound = await reconcile(after, 'edited');
  lanes.close();
  return {
    before,
    after,
    plan,
    events: seen,
    write: steady(calls.find(({ effect }) => effect === true) ?? {}),
    history: steady({ ...newest }),
    secondRound,
  };
}

function engineOver(emulator: Emulator, telemetry: Telemetry) {
  const config = parseConfig(readFileSync('config.example.yaml', 'utf8'), 'config.example.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const clock = { ...systemClock, nowMs: () => NOW_MS };
  const ports = { secrets: new Secrets(), env: {}, emulatorUrl: emulator.url };
  return assembleEngine(config.value, {
    telemetry,
    invocation: { program: 'rampart', flags: '' },
    clock,
    journal: openMemoryJournal({ clock, randomByte: () => 7 }),
    random: () => 0,
    newReconcileId: () => 'RECONCILE',
    nextTurn: setImmediate,
    transportOf: (account) => popTransportOf(account, ports),
  });
}

async function policyOf(resolver: TargetResolver, edited: boolean): Promise<GroupPolicy> {
  const files = readdirSync('policies')
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const path = `policies/${name}`;
      const text = readFileSync(path, 'utf8');
      return parsePolicyFile({
        path,
        text: edited && path === EDIT.file ? text.replace(EDIT.from, EDIT.to) : text,
      });
    });
  const { groups } = compilePolicies(files, { accounts: ['default'] });
  const { meant } = await resolver.resolve(groups, NOW_MS);
  const found = [...meant.values()].find(({ group }) => group.id === GROUP);
  if (found === undefined) throw new Error(`the example policies have no ${GROUP}`);
  return found.group;
}

const VARYING: ReadonlySet<string> = new Set([
  'durationMs',
  'requestId',
  'seq',
  'time',
  'openedAtMs',
  'closedAtMs',
]);

const steady = (values: object): SeenEvent =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !VARYING.has(name)));
