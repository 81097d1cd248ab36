// One accident through the built daemon: a converged estate, something that goes wrong, what is told of it, and the
// rules of every group as they were.
import { expect } from 'vitest';
import { startTestEmulator, type StateJson, type TestEmulator, type WholeStateJson } from './emulator.ts';
import { GitRepository } from './git-repository.ts';
import { REGION, wireGroup, type WireRule } from './estate.ts';
import { Workspace, type LogLine, type RampartProcess } from './rampart.ts';

/** The estate before the accident. */
export interface AccidentSetting {
  /** By id; absent: one group `sg-web` of `MANY_RULES`. */
  readonly state?: StateJson;
  /** Files by path from the working folder; the config is made. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether `policies/` is committed to a repository before the daemon starts. */
  readonly committed?: true;
  /** Further keys of `reconcile`, as a flow mapping without its braces. */
  readonly reconcile?: string;
  /** Further keys of `policies`, in the same way. */
  readonly policies?: string;
  /** Further sections of the config. */
  readonly config?: string;
}

type EmulatedGroup = WholeStateJson['securityGroups'][number];

/** A running world that a test may wreck. */
export class AccidentWorld {
  readonly workspace = new Workspace();
  readonly emulator: TestEmulator;
  #daemon: RampartProcess | null = null;

  private constructor(emulator: TestEmulator) {
    this.emulator = emulator;
  }

  static async open({ state, files, committed, ...config }: AccidentSetting): Promise<AccidentWorld> {
    const world = new AccidentWorld(await startTestEmulator(state === undefined ? {} : { state }));
    world.workspace.write('config.yaml', accidentConfig(world.emulator.url, config));
    for (const [file, text] of Object.entries(files)) world.workspace.write(file, text);
    if (committed === true) new GitRepository(world.workspace.folder).commit();
    return world;
  }

  get daemon(): RampartProcess {
    if (this.#daemon === null) throw new Error('the daemon was not started');
    return this.#daemon;
  }

  /** Starts the daemon and waits until every group was reconciled once. */
  async start(): Promise<void> {
    this.#daemon = this.workspace.start(['run']);
    await this.daemon.event('daemon.ready');
  }

  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.daemon.kill(signal);
    await this.daemon.finished;
    await this.start();
  }

  readonly write = (file: string, text: string): void => this.workspace.write(file, text);

  /** What a group holds: the identities and texts of its rules, in a fixed order. */
  async rules(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { securityGroups } = await this.emulator.state();
    return Object.fromEntries(
      securityGroups.map(({ SecurityGroupId, Permissions }) => [
        SecurityGroupId,
        Permissions.map((rule) => JSON.stringify(rule)).sort(),
      ]),
    );
  }

  async writes(): Promise<readonly string[]> {
    const calls = await this.emulator.calls();
    return calls.map(({ action }) => action).filter((action) => !action.startsWith('Describe'));
  }

  /** Changes every group's record as the cloud or a person would, then has the daemon look at once. */
  async change(change: (group: EmulatedGroup) => EmulatedGroup): Promise<void> {
    const state = await this.emulator.state();
    await this.emulator.setState({ ...state, securityGroups: state.securityGroups.map(change) });
    this.daemon.kill('SIGHUP');
  }

  /** A person at the console adds a rule. */
  addByHand(id: string, rule: WireRule): Promise<void> {
    const added = { Direction: 'ingress', ...rule };
    return this.change((group) =>
      group.SecurityGroupId === id ? { ...group, Permissions: [...group.Permissions, added] } : group,
    );
  }

  /** Waits until the group was read twice more: what the daemon would do by itself it has done then. */
  async readTwice(group: string): Promise<void> {
    const from = this.daemon.lines.length;
    const fits = (line: LogLine): boolean => line.event === 'group.described' && line.group === group;
    const first = await this.daemon.line(fits, from);
    await this.daemon.line(fits, this.daemon.lines.indexOf(first) + 1);
  }

  async close(): Promise<void> {
    await this.workspace.dispose();
    await this.emulator.close();
  }
}

/** A row of a table of accidents. */
export interface Accident {
  readonly title: string;
  readonly setting: AccidentSetting;
  /** Takes place after every group was reconciled once. */
  readonly happens: (world: AccidentWorld) => unknown;
  /** The log line that tells of it. */
  readonly told: (line: LogLine) => boolean;
  /** Of the group that is read twice more before the rules are compared; absent: none. */
  readonly group?: string;
}

/** Runs the accident: it is told, and no group has lost, got or changed a rule. */
export async function expectHarmless(accident: Accident): Promise<void> {
  const world = await AccidentWorld.open(accident.setting);
  try {
    await world.start();
    const before = await world.rules();
    await world.emulator.clearCalls();
    const from = world.daemon.lines.length;
    await accident.happens(world);
    await world.daemon.line(accident.told, from);
    if (accident.group !== undefined) await world.readTwice(accident.group);
    expect(await world.writes()).toEqual([]);
    expect(await world.rules()).toEqual(before);
  } finally {
    await world.close();
  }
}

/** Whether the line tells that the plan for this group is blocked, by this kind of reason. */
export const isBlocked =
  (kind: string, group = 'sg-web') =>
  (line: LogLine): boolean =>
    line.event === 'plan.blocked' && line.group === group && (line.kinds as readonly string[]).includes(kind);

/** Whether the line is this event, and its fields hold this text somewhere. */
export const isEvent =
  (event: string, text = '') =>
  (line: LogLine): boolean =>
    line.event === event && JSON.stringify(line).includes(text);

function accidentConfig(
  endpoint: string,
  { reconcile = '', policies = '', config = '' }: Omit<AccidentSetting, 'files' | 'state' | 'committed'>,
): string {
  return `policies: {source: directory, path: policies${policies === '' ? '' : `, ${policies}`}}
accounts:
  default: {credentials: {type: emulator}, endpoint: "${endpoint}"}
reconcile: {mode: enforce, resyncSeconds: 1${reconcile === '' ? '' : `, ${reconcile}`}}
http: {listen: 127.0.0.1:0}
journal: {url: .rampart/journal.db}
log: {format: json, level: debug}
limits: {default: {ratePerMinute: 6000}}
${config}`;
}

/** Rules of a policy file, one for each port: as flow mappings. */
export const portRules = (first: number, count: number, rest = 'from: 10.0.0.0/8'): string[] =>
  Array.from({ length: count }, (_, index) => `protocol: tcp, ports: ${first + index}, ${rest}`);

/** The same, as the cloud holds them. */
export const wirePorts = (first: number, count: number, peer = '10.0.0.0/8'): WireRule[] =>
  Array.from({ length: count }, (_, index) => ({
    IpProtocol: 'TCP',
    PortRange: `${first + index}/${first + index}`,
    SourceCidrIp: peer,
  }));

/** A group with tags. */
export const taggedGroup = (
  id: string,
  tags: Readonly<Record<string, string>>,
  rules: readonly WireRule[],
): Record<string, unknown> => ({
  ...wireGroup(id, rules),
  Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
});

/** A policy file for groups found by a tag. */
export const policyForTag = (key: string, value: string, rules: readonly string[]): string =>
  `version: 1
groups:
  - tags: {${key}: ${value}}
    region: ${REGION}
    ingress:${rules.length === 0 ? ' []' : rules.map((rule) => `\n      - {${rule}}`).join('')}
`;
