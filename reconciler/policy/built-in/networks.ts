// The names of networks that are always there. They mean the same everywhere, so a policy may not redefine them.
import { INTERNET } from '../../model/packets/internet.ts';
import { formatPeer, type Peer } from '../../model/peer.ts';
import { quote, type Complaint } from '../read/complaint.ts';

/** What a name is used for: `internet` would be some hundred rules, so only patterns may name it. */
export type NameUse = 'rule' | 'pattern';

export const INTERNET_NAME = 'internet';

const NETWORKS: ReadonlyMap<string, readonly Peer[]> = new Map<string, readonly Peer[]>([
  [
    'anywhere',
    [
      { kind: 'ipv4', address: 0n, length: 0 },
      { kind: 'ipv6', address: 0n, length: 0 },
    ],
  ],
  [INTERNET_NAME, [...INTERNET.ipv4, ...INTERNET.ipv6]],
]);

export const BUILT_IN_NAMES: readonly string[] = [...NETWORKS.keys()];

export const builtInPeers = (name: string): readonly Peer[] | null => NETWORKS.get(name) ?? null;

/** Null if the name may be used so. */
export function useComplaint(name: string, use: NameUse): Complaint | null {
  if (name !== INTERNET_NAME || use === 'pattern') return null;
  const count = builtInPeers(name)?.length ?? 0;
  return {
    code: 'internet-in-rule',
    message: `"internet" stands in expect and guardrails only: in a rule it would be ${count} rules a service`,
    hint: 'write `anywhere` (0.0.0.0/0 and ::/0), or a prefix list',
  };
}

/** Whether the members are just those of the built-in network of this name. */
export function isBuiltInMeaning(name: string, members: readonly Peer[]): boolean {
  const text = (peers: readonly Peer[]): string => [...new Set(peers.map(formatPeer))].sort().join();
  return text(members) === text(builtInPeers(name) ?? []);
}

export const redundantDefinition = (name: string): Complaint => ({
  code: 'built-in-name',
  message: `the network ${quote(name)} is built in and means just this`,
  hint: 'remove the definition',
});

export const otherDefinition = (name: string): Complaint => ({
  code: 'built-in-redefined',
  message: `the network ${quote(name)} is built in and means something else`,
  hint: `give this one another name, or remove it to use the built-in ${name}`,
});
