// Rules that the network of the group cannot take: told in the plan, before the cloud refuses them one by one.
import type { DescribedGroup, DesiredRule } from '../../../model/group.ts';
import { ruleIdentity, type Rule } from '../../../model/rule.ts';

export interface NetworkProblem {
  readonly id: 'nic-type-in-vpc' | 'ipv6-in-classic' | 'list-in-classic';
  readonly rule: DesiredRule;
  readonly text: string;
}

/** Of rules that are not there yet: what the cloud has, it took. */
export function networkProblems(desired: readonly DesiredRule[], group: DescribedGroup): NetworkProblem[] {
  const isVpc = group.vpcId !== null;
  const found = PROBLEMS.filter((problem) => problem.isOfVpc === isVpc).flatMap(({ id, text, isOne }) =>
    desired.filter(({ rule }) => isOne(rule)).map((rule) => ({ id, rule, text })),
  );
  if (found.length === 0) return [];
  const there = new Set(group.rules.map(({ rule }) => ruleIdentity(rule)));
  return found.filter(({ rule: { rule } }) => !there.has(ruleIdentity(rule)));
}

const PROBLEMS: ReadonlyArray<
  Pick<NetworkProblem, 'id' | 'text'> & {
    /** Of groups of a VPC, or else of a classic network. */
    readonly isOfVpc: boolean;
    readonly isOne: (rule: Rule) => boolean;
  }
> = [
  {
    id: 'nic-type-in-vpc',
    isOfVpc: true,
    isOne: ({ nicType }) => nicType === 'internet',
    text: 'will be refused: a group of a VPC has no internet card; leave nicType out',
  },
  {
    id: 'ipv6-in-classic',
    isOfVpc: false,
    isOne: ({ peer, own, protocol }) => peer.kind === 'ipv6' || own?.kind === 'ipv6' || protocol === 'icmpv6',
    text: 'will be refused: a classic network has no IPv6; remove the rule, or name IPv4 addresses',
  },
  {
    id: 'list-in-classic',
    isOfVpc: false,
    isOne: ({ peer, ports }) => peer.kind === 'prefixList' || ports.kind === 'list',
    text: 'will be refused: a classic network takes no lists; write the addresses or ports out',
  },
];
