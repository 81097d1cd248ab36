// Problems of what a policy or the config says.
import type { ProblemCode } from '../../reconciler/model/problem.ts';
import { entry, type ErrorEntry } from './entry.ts';

export const SHAPE_PROBLEMS = {
  'bad-name': entry(
    'A name has characters that names cannot have.',
    'Write a letter, then up to 62 letters, digits or any of `_ . -`.',
  ),
  'bad-value': entry(
    'A value is not what its key takes.',
    'Write what the message names; the references list what each key takes.',
  ),
  'duplicate-key': entry(
    'A mapping has the same key twice.',
    'Keep one; for peers and ports write one list.',
  ),
  'empty-list': entry(
    'A list that must hold something is empty.',
    'Name at least one, or remove what the list belongs to.',
  ),
  'missing-key': entry('A key that is required is not there.', 'Add it.'),
  'no-value': entry('A key has no value.', 'Write one, or remove the key.'),
  'out-of-range': entry(
    'A number, text or list is too small or too large.',
    'Write one within the bounds that the message names.',
  ),
  template: entry(
    'A value is a template such as `{{ … }}`: policies are read as they are.',
    'Render the file before, or write the value.',
  ),
  'unknown-key': entry(
    'The key does not exist, or not here.',
    'Write the key that the message suggests, or remove it.',
  ),
  'unknown-value': entry(
    'The word is none of those that the key takes.',
    'Write one of those that the message lists.',
  ),
  'wrong-type': entry(
    'A value has another type, such as a text where a list belongs.',
    'Write the form that the message shows.',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const RULE_PROBLEMS = {
  'bad-address': entry(
    'A text is no address and no prefix.',
    'Write it such as `203.0.113.0/24` or `2001:db8::/32`; host names are not resolved.',
  ),
  'bad-id': entry(
    'A text is not the id of a group, prefix list or port list.',
    'Copy the id from the console: `sg-…`, `pl-…`, `prl-…`.',
  ),
  'bad-account-id': entry('`ownerId` is not the id of an account.', 'Write its digits, in quotes.'),
  'bad-peer': entry(
    'A peer is neither an address, a group, a prefix list nor a name.',
    'Write one of them; everyone is `anywhere`.',
  ),
  'bad-ports': entry('Ports cannot be read.', 'Write `443`, `8000-8100`, `all`, or a list.'),
  'bad-service': entry('A service cannot be read.', 'Write `tcp/443`, `udp/8000-8100`, or `icmp`.'),
  'bad-instant': entry('A time cannot be read, or has no zone.', 'Write it such as `2027-01-31T18:00:00Z`.'),
  'description-length': entry(
    'A description is empty or too long.',
    'Write 1 to 512 characters, or leave the key out.',
  ),
  'description-bytes': entry(
    'A description has up to 512 characters but more bytes, and which of the two the cloud counts is not known.',
    'Keep it within 512 bytes.',
  ),
  'family-mixed': entry(
    'The two sides of a rule are of different families.',
    'Write one rule for IPv4 and one for IPv6.',
  ),
  'foreign-rule': entry('The rule is in the words of another tool.', 'Write it as the message shows.'),
  'host-bits': entry(
    'A prefix has bits beyond its length, so that it is not plain which is meant.',
    'Write the network, or the single address.',
  ),
  'icmp-family': entry('`icmp` stands with IPv6, or `icmpv6` with IPv4.', 'Write the other of the two.'),
  'nic-type': entry(
    '`nicType: internet` stands with IPv6 or a list.',
    'Write `intranet`, or leave the key out.',
  ),
  'peer-is-self': entry(
    'A rule of a group names the group itself, which the vendor refuses.',
    'Use the inner access policy of the group, or name the addresses of its members.',
  ),
  'port-range': entry('A port is not between 1 and 65535.', 'Write one that is.'),
  'ports-and-port-list': entry(
    '`ports` and `portList` are both there.',
    'Keep one; for both write two rules.',
  ),
  'ports-missing': entry('A rule for tcp or udp has no ports.', 'Add `ports`, or a `portList`.'),
  'ports-not-allowed': entry(
    'A rule of a protocol without ports has some.',
    'Remove them, or name tcp or udp.',
  ),
  'ports-out-of-order': entry('A port range ends before it begins.', 'Write the smaller port first.'),
  'priority-range': entry('A priority is not between 1 and 100.', 'Write one that is; 1 is the strongest.'),
  'protocol-or-services': entry(
    'A rule has neither `protocol` nor `services`, or both.',
    'Write protocol and ports, or services alone.',
  ),
  'services-and-ports': entry(
    '`services` stands with ports, which a service says itself.',
    'Remove the ports, or write `protocol` instead of `services`.',
  ),
  'sides-equal': entry(
    'Both sides of a rule are the same prefix, which the cloud refuses.',
    'Remove the own side, or narrow one of the two.',
  ),
  'source-ports-not-allowed': entry(
    'A rule of a protocol without ports has source ports.',
    'Remove them, or name tcp or udp.',
  ),
  'swapped-sides': entry(
    'An ingress rule has only `to`, or an egress rule only `from`.',
    'The peer of ingress is `from`, that of egress `to`.',
  ),
  'unknown-protocol': entry(
    'The protocol is none that a rule can have.',
    'Write tcp, udp, icmp, icmpv6, gre or all.',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const GROUP_PROBLEMS = {
  'bad-region': entry('A text is not the id of a region.', 'Write it as the cloud does: `cn-hangzhou`.'),
  'unknown-region': entry(
    'The region is none that is known; a new one would be too.',
    'See whether it is misspelt; if not, nothing is to be done.',
  ),
  'zone-as-region': entry(
    'A zone stands where the region belongs.',
    'Write the region: the zone without its last part.',
  ),
  'group-selector': entry('A group has none or several of `id`, `name`, `tags`.', 'Keep one of the three.'),
  'no-direction': entry(
    'A group has neither `ingress` nor `egress`.',
    'List its rules; `ingress: []` means that it shall have none.',
  ),
  'tag-count': entry('`tags` has none, or more than 20.', 'Name 1 to 20 tags.'),
  'ignore-empty': entry('An `ignore` pattern names nothing.', 'Name at least one field.'),
  'ignore-hides-rule': entry(
    'An `ignore` pattern fits a rule that the policy declares.',
    'Narrow the pattern, or remove the rule.',
  ),
  'unknown-account': entry(
    'The config has no account of this name.',
    'Write one of its accounts, or add it to `accounts`.',
  ),
  'duplicate-group': entry(
    'A group is declared twice, which would give it two truths.',
    'Keep it in one place.',
  ),
  'duplicate-name': entry(
    'Two rules of a group and direction have the same name.',
    'Give one of them another.',
  ),
  'duplicate-rule': entry('Two rules come out the same.', 'Remove one; the message names both places.'),
  'duplicate-entry': entry('A list names something twice.', 'Keep one.'),
  'too-many-rules': entry(
    'The lists of a rule stand for more rules than a group or the policies may have.',
    'Use a prefix list, a port list, or wider prefixes.',
  ),
  'over-quota': entry(
    'A group declares more rules than its quota holds.',
    'Use lists or wider prefixes, or raise the quota in the cloud and then `reconcile.ruleQuota`.',
  ),
  'built-in-name': entry('A definition has the name of a built-in network.', 'Give it another name.'),
  'built-in-redefined': entry(
    'A network is called `anywhere` or `internet`, which are built in.',
    'Give it another name.',
  ),
  'defined-twice': entry('A network or service is defined twice.', 'Keep one definition.'),
  'defined-in-bad-file': entry('A name is defined in a file that has errors.', 'Mend that file first.'),
  'unknown-network': entry(
    'No file defines this network.',
    'Define it under `networks`, or write the name that is meant.',
  ),
  'unknown-service': entry(
    'No file defines this service.',
    'Define it under `services`, or write the name that is meant.',
  ),
  'network-cycle': entry('Networks name each other in a circle.', 'Take one name out of the circle.'),
  'networks-too-deep': entry(
    'Networks name each other through too many levels.',
    'Name the prefixes nearer to where they are used.',
  ),
  'networks-too-large': entry('A network stands for more entries than are taken.', 'Use a prefix list.'),
  'internet-in-rule': entry(
    'A rule names `internet`, which stands only in expectations and guardrails.',
    'Write `anywhere`.',
  ),
  unused: entry('Nothing uses a network or service.', 'Remove it.'),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const MEANING_PROBLEMS = {
  'rule-unmatched': entry('No packet can match the rule.', 'Remove it.'),
  'rule-shadowed': entry(
    'Stronger rules decide every packet of the rule, some of them otherwise.',
    'Remove it, or make it stronger.',
  ),
  'rule-covered': entry('Another rule allows or drops the same packets and more.', 'Remove it.'),
  'rule-redundant': entry('Without the rule every packet would fare the same.', 'Remove it.'),
  'rule-contradicted': entry(
    'A drop of the same priority takes packets from an accept.',
    'Give one of the two another priority, or narrow it.',
  ),
  'rule-ipv4-mapped': entry(
    'A rule names IPv4 addresses in their IPv6 form, which no packet has.',
    'Write the IPv4 prefix.',
  ),
  'rules-spare': entry(
    'Several rules can be removed without any packet faring otherwise.',
    'Remove them, where the quota is short.',
  ),
  'anomalies-unfinished': entry(
    'The rules are too many or too intricate to look at each for being of use.',
    'Nothing: no rule is wrong for that.',
  ),
  expired: entry('A rule has ended and is not desired any more.', 'Remove it.'),
  'expires-soon': entry('A rule ends soon.', 'Move its date, or let it end.'),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;

export const DEMAND_PROBLEMS = {
  'accept-or-drop': entry(
    'An expectation has neither `accept` nor `drop`, or both.',
    'Keep one; for both write two.',
  ),
  expectation: entry(
    'An expectation fails: the rules decide packets otherwise.',
    'Change the rule that the message names, or the expectation.',
  ),
  'expectation-unknown': entry(
    'An expectation cannot be judged, as where a prefix list is not known here.',
    'Judge it with the cloud: `rampart test --live`.',
  ),
  'expect-unknown-group': entry(
    'An expectation is about a group that no policy declares by its id.',
    'Name a group that one does.',
  ),
  'empty-pattern': entry(
    'A pattern stands for no packet.',
    'Name a protocol, ports and peers that fit each other.',
  ),
  'empty-scope': entry(
    '`groups` names nothing, which could mean all or none.',
    'Name ids, names, tags, accounts or regions, or remove the key for all groups.',
  ),
  'scope-without-groups': entry(
    'A guardrail, freeze or receiver is about groups of which the policies have none.',
    'Name groups that are there, or remove it.',
  ),
  'guardrail-id': entry(
    'A guardrail has an id that it cannot have.',
    'Choose another; that of a built-in one stands under `use`.',
  ),
  'guardrail-without-id': entry('A guardrail has neither `id` nor `use`.', 'Add one of them.'),
  'duplicate-guardrail': entry('Two guardrails have the same id.', 'Give one of them another.'),
  'unknown-guardrail': entry(
    'There is no built-in guardrail of this id.',
    'Write one that [guardrails.md](guardrails.md) lists.',
  ),
  'deny-or-rule': entry(
    'A guardrail has neither `deny` nor `rule`, or both.',
    'Keep one; for both write two.',
  ),
  'tolerate-without-deny': entry('`tolerate` stands beside `rule`, which counts no addresses.', 'Remove it.'),
  'bad-expression': entry(
    'The CEL expression of a guardrail cannot be evaluated.',
    'Mend what the message names; [guardrails.md](guardrails.md) lists the fields.',
  ),
  'exemption-expired': entry(
    'The exemption of a group has ended, and the guardrail holds for it again.',
    'Remove the exemption, or give it a later date.',
  ),
} satisfies Partial<Record<ProblemCode, ErrorEntry>>;
