// Groups that need one write each, to be answered with a failure, and a bystander: a rule in the other direction
// that has nothing to do with it. And a service that works on them in virtual time.
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import type { CredentialOptions } from '../../emulator/gateway/credentials.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { type FaultJson, startTestEmulator, type StateJson, type TestEmulator } from './emulator.ts';
import { REGION, wireGroup, type WireRule } from './estate.ts';
import { Service, type SeenEvent } from './service.ts';
import { VirtualClock } from './virtual-clock.ts';

export type Direction = 'ingress' | 'egress';

export interface Scene {
  readonly group: string;
  /** The operation that this group needs. */
  readonly operation: string;
  readonly direction: Direction;
  /** What the cloud holds at the start, in the direction of the operation. */
  readonly start: readonly WireRule[];
  /** What the policy wants there, in flow style. */
  readonly wanted: readonly string[];
  /** The same as the cloud shows it. */
  readonly end: readonly WireRule[];
  /** Further fields of the group. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

const OTHER = { ingress: 'egress', egress: 'ingress' } as const;
const POLICY_PEER = { ingress: 'from', egress: 'to' } as const;
const WIRE_PEER = { ingress: 'Source', egress: 'Dest' } as const;

/** One group for each operation on rules that exist on the vendor's side. */
export function oneSceneEach(direction: Direction): Readonly<Record<'M' | 'A' | 'R', Scene>> {
  const cidr = `${WIRE_PEER[direction]}CidrIp`;
  const peer = POLICY_PEER[direction];
  const suffix = direction === 'egress' ? 'Egress' : '';
  // A group with a rule tells the daemon which API it speaks.
  const kept = { IpProtocol: 'TCP', PortRange: '8080/8080', [cidr]: '10.2.0.0/16' };
  return {
    M: {
      group: 'sg-modify',
      operation: `ModifySecurityGroup${suffix}Rule`,
      direction,
      start: [{ IpProtocol: 'TCP', PortRange: '80/80', [cidr]: '10.1.0.0/16', Description: 'old text' }],
      wanted: [`protocol: tcp, ports: 80, ${peer}: 10.1.0.0/16, description: new text`],
      end: [{ IpProtocol: 'TCP', PortRange: '80/80', [cidr]: '10.1.0.0/16', Description: 'new text' }],
    },
    A: {
      group: 'sg-authorize',
      operation: `AuthorizeSecurityGroup${suffix}`,
      direction,
      start: [kept],
      wanted: [
        `protocol: tcp, ports: 8080, ${peer}: 10.2.0.0/16`,
        `protocol: tcp, ports: 22, ${peer}: 203.0.113.0/24`,
      ],
      end: [kept, { IpProtocol: 'TCP', PortRange: '22/22', [cidr]: '203.0.113.0/24' }],
    },
    R: {
      group: 'sg-revoke',
      operation: `RevokeSecurityGroup${suffix}`,
      direction,
      start: [{ IpProtocol: 'TCP', PortRange: '3306/3306', [cidr]: '10.0.0.0/8' }],
      wanted: [],
      end: [],
    },
  };
}

/** The rule that is missing in every scene. */
const bystander = (direction: Direction) =>
  `protocol: tcp, ports: 443, ${POLICY_PEER[OTHER[direction]]}: 0.0.0.0/0`;

function policyText({ group, direction, wanted }: Scene): string {
  const flow = (rules: readonly string[]) => `[${rules.map((rule) => `{${rule}}`).join(', ')}]`;
  return `version: 1
groups:
  - id: ${group}
    region: ${REGION}
    ${direction}: ${flow(wanted)}
    ${OTHER[direction]}: ${flow([bystander(direction)])}
`;
}

function stateOf(
  { group, direction, start, fields }: Scene,
  withBystander: boolean,
): Record<string, unknown> {
  const rules = start.map((rule) => ({ ...rule, Direction: direction }));
  const other = OTHER[direction];
  const bystander = {
    Direction: other,
    IpProtocol: 'TCP',
    PortRange: '443/443',
    [`${WIRE_PEER[other]}CidrIp`]: '0.0.0.0/0',
  };
  return { ...wireGroup(group, withBystander ? [...rules, bystander] : rules), ...fields };
}

export interface StageOptions {
  readonly scenes: readonly Scene[];
  readonly faults?: readonly FaultJson[];
  readonly quirks?: Partial<Quirks>;
  /** The emulator's keys; the daemon has EMULATOR_KEY. */
  readonly credentials?: readonly CredentialOptions[];
  /** Groups and lists beside those of the scenes. */
  readonly more?: StateJson;
  /** The bystanders are there from the start, so that the plans have one step. */
  readonly withBystander?: boolean;
  /** Runs before the daemon looks for the first time. */
  readonly before?: (emulator: TestEmulator) => Promise<void>;
}

export class Stage {
  readonly emulator: TestEmulator;
  readonly service: Service;

  static async open(options: StageOptions): Promise<Stage> {
    const { scenes, faults = [], more = {}, withBystander = false, before, ...rest } = options;
    const inScenes = scenes.map((scene) => stateOf(scene, withBystander));
    const securityGroups = [...inScenes, ...(more.securityGroups ?? [])];
    const clock = new VirtualClock();
    const emulator = await startTestEmulator({ ...rest, time: clock, state: { ...more, securityGroups } });
    await emulator.setFaults(faults);
    await before?.(emulator);
    return new Stage(emulator, scenes, clock);
  }

  private constructor(emulator: TestEmulator, scenes: readonly Scene[], clock: VirtualClock) {
    this.emulator = emulator;
    this.service = new Service({
      endpoint: emulator.url,
      policies: Object.fromEntries(scenes.map((scene) => [`${scene.group}.yaml`, policyText(scene)])),
      reconcile: 'resyncSeconds: 20',
      clock,
    });
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.emulator.close();
  }

  /** Waits for what is said of the group next. */
  next(after: SeenEvent): Promise<SeenEvent> {
    const { log } = this.service;
    return log.first(({ group }) => group === after.group, log.events.indexOf(after) + 1);
  }

  /** Waits for the next event of that name about the same group. */
  later(name: SeenEvent['event'], after: SeenEvent): Promise<SeenEvent> {
    const { log } = this.service;
    return log.event(name, { group: after.group }, log.events.indexOf(after) + 1);
  }

  /** Calls of the same operation on the same group that were told of between the two events. */
  callEvents(after: SeenEvent, before: SeenEvent): SeenEvent[] {
    const { events } = this.service.log;
    return events
      .slice(events.indexOf(after) + 1, events.indexOf(before))
      .filter(({ group, operation }) => group === after.group && operation === after.operation)
      .filter(({ event }) => event.startsWith('call.'));
  }

  async writes(group: string): Promise<CallRecord[]> {
    const calls = await this.emulator.calls();
    return calls.filter(
      ({ action, params }) => params.SecurityGroupId === group && !action.startsWith('Describe'),
    );
  }

  /** The group's rules as sorted lines. */
  async rules(group: string): Promise<string[]> {
    const { securityGroups } = await this.emulator.state();
    const found = securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === group);
    return (found?.Permissions ?? []).map(ruleLine).sort();
  }
}

/** The rules of the scene at its start or end, and the bystander if it has come. */
export function sceneLines(
  { direction, start, end }: Scene,
  moment: 'start' | 'end',
  isBystanderThere: boolean,
): string[] {
  const rules = (moment === 'start' ? start : end).map((rule) => ({ ...rule, Direction: direction }));
  const other = `${OTHER[direction]} TCP 443/443 0.0.0.0/0`;
  return [...rules.map(ruleLine), ...(isBystanderThere ? [other] : [])].sort();
}

function ruleLine(rule: Readonly<Record<string, unknown>>): string {
  const text = (name: string) => (typeof rule[name] === 'string' ? rule[name] : '');
  const side = rule.Direction === 'egress' ? 'Dest' : 'Source';
  const peer =
    text(`${side}CidrIp`) ||
    text(`Ipv6${side}CidrIp`) ||
    text(`${side}GroupId`) ||
    text(`${side}PrefixListId`);
  const words = ['Direction', 'IpProtocol', 'PortRange'].map(text);
  return [...words, peer, text('Description')].filter((word) => word !== '').join(' ');
}
