// The groups of a trial, and what their policies want of them: a few ports each, of which an edit changes one or two.
import { policyFor, wireGroup } from '../support/estate.ts';
import type { Random } from '../support/random.ts';

const PORTS = [8001, 8002, 8003, 8004, 8005, 8006];

export const groupIds = (count: number): string[] => Array.from({ length: count }, (_, at) => `sg-${at}`);

const rangeOf = (port: number): string => `${port}/${port}`;

const FIRST = new Set(PORTS.slice(0, 1));

/** Every group is as the first policy wants it. */
export const stateOfEstate = (ids: readonly string[]): object => ({
  securityGroups: ids.map((id) => wireGroup(id, [...FIRST].map(wireRule))),
});

const wireRule = (port: number) => ({
  IpProtocol: 'TCP',
  PortRange: rangeOf(port),
  SourceCidrIp: '203.0.113.0/24',
});

export class TrialEstate {
  readonly ids: readonly string[];
  readonly #random: Random;
  readonly #write: (file: string, text: string) => void;
  readonly #wanted = new Map<string, ReadonlySet<number>>();

  constructor(ids: readonly string[], random: Random, write: (file: string, text: string) => void) {
    this.ids = ids;
    this.#random = random;
    this.#write = write;
    for (const id of ids) this.#put(id, FIRST);
  }

  /** One port comes, goes, or takes the place of another; sometimes two do. */
  edit(id: string): void {
    const ports = new Set(this.#wanted.get(id));
    const changes = this.#random.chance(0.4) ? 2 : 1;
    for (let change = 0; change < changes; change += 1) {
      const port = this.#random.pick(PORTS);
      if (!ports.delete(port)) ports.add(port);
    }
    this.#put(id, ports);
  }

  /** One port more. */
  add(id: string): void {
    const ports = this.#wanted.get(id) ?? FIRST;
    this.#put(id, new Set([...ports, ...PORTS.filter((port) => !ports.has(port)).slice(0, 1)]));
  }

  /** As `rangesOf` tells of a group. */
  wanted(id: string): string {
    return [...(this.#wanted.get(id) ?? [])].map(rangeOf).sort().join(' ');
  }

  #put(id: string, ports: ReadonlySet<number>): void {
    this.#wanted.set(id, ports);
    const rules = [...ports].sort().map((port) => `protocol: tcp, ports: ${port}, from: 203.0.113.0/24`);
    this.#write(`policies/${id}.yaml`, policyFor(id, rules));
  }
}

export interface StateGroup {
  readonly SecurityGroupId: string;
  readonly Permissions: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

export const rangesOf = ({ Permissions }: StateGroup): string =>
  Permissions.map(({ PortRange }) => String(PortRange))
    .sort()
    .join(' ');
