// What a plan says beside its changes: why it is blocked, what it cannot promise, what someone should know.
import type { BlockKind, ExceptionKind, FindingId } from '../../reconciler/plan/plan.ts';
import { entry, type ErrorEntry } from './entry.ts';

export const BLOCKS: Readonly<Record<BlockKind, ErrorEntry>> = {
  brake: entry(
    'The plan takes away more than `reconcile.brake` lets go at once, or empties a direction.',
    'Read it; if it is meant, `rampart approve HASH --reason TEXT`.',
  ),
  takeover: entry(
    'A name or tag newly brought the group in, and its first plan would open or close something.',
    'Read it; if it is meant, approve it.',
  ),
  opening: entry(
    'The plan opens a port to the internet that was not open before.',
    'If it is meant, approve it.',
  ),
  guardrail: entry(
    'What the plan leads to violates a guardrail.',
    'Change the policy; an exemption stands in the config.',
  ),
  expectation: entry(
    'What the plan leads to fails an expectation.',
    'Change the policy, or the expectation.',
  ),
  quota: entry(
    'The group has no room for the rules, or is of a kind that does not take them.',
    'Use lists or wider prefixes, or raise the quota in the cloud and then in the config.',
  ),
  managed: entry(
    'A cloud product owns the group, and the vendor refuses every write.',
    'Remove it from the policies, or observe it.',
  ),
  paused: entry('A person paused writing.', 'Wait, or `rampart resume`.'),
  frozen: entry('A freeze of the config holds.', 'Wait, or `rampart resume --freeze NAME --reason TEXT`.'),
  flapping: entry(
    'Something else keeps undoing the repair of these rules, which are left alone for a time.',
    'Find out who: `drift.attributed`; let one of the two manage the group.',
  ),
  quarantined: entry(
    'The cloud refuses these rules, which are left alone until they are tried again.',
    'Mend the rule; [`step.quarantined`](log-events.md#stepquarantined-error) has the reason.',
  ),
  denied: entry(
    'A rule names what does not exist, RAM hides it, or the vendor refuses the rule.',
    'Create what is named, or name another.',
  ),
  unsafe: entry(
    'No order of calls keeps what `reconcile.fallback` asks for, or the plan would break its promise.',
    'Do what the message says; if it speaks of a bug, report it.',
  ),
  unsupported: entry('The API cannot say what the policy asks for.', 'Do what the message says.'),
};

export const EXCEPTIONS: Readonly<Record<ExceptionKind, ErrorEntry>> = {
  neverOpen: entry(
    'No order of calls is hitless: nothing opens on the way, but wanted traffic may be cut for a moment.',
    'Free rule slots (the message says how many), or apply it when that does no harm; `reconcile.fallback: neverCut` chooses the other side.',
  ),
  neverCut: entry(
    'No order of calls is hitless: nothing is cut on the way, but unwanted traffic may pass for a moment.',
    'Free rule slots, or apply it when that does no harm; `reconcile.fallback: neverOpen` chooses the other side.',
  ),
  unpromised: entry(
    'The plan is blocked, and nothing is promised of the calls that are shown.',
    'See why it is blocked; it is not carried out.',
  ),
  unproved: entry(
    'The group is too large or too intricate to prove the promise.',
    'Make smaller changes, or fewer rules.',
  ),
  'cannot-modify': entry(
    'A rule stays as it is, since no call can change it.',
    'The message says why: mostly two rules that are equal but for what shall change.',
  ),
};

export const FINDINGS: Readonly<Record<FindingId, ErrorEntry>> = {
  'absent-group': entry(
    'A rule names a group that is not in this account and region, or RAM hides it.',
    'Create it, or name another: the rule is left out until then.',
  ),
  'absent-prefix-list': entry(
    'A rule names a prefix list that is not there, or RAM hides it.',
    'Create it, or name another.',
  ),
  'absent-port-list': entry(
    'A rule names a port list that is not there, or RAM hides it.',
    'Create it, or name another.',
  ),
  'expectation-fails': entry(
    'What the plan leads to fails an expectation of the policies.',
    'Change the rule or the expectation.',
  ),
  'expectation-unknown': entry(
    'An expectation cannot be judged.',
    'The message says what is not known, such as an unreadable prefix list.',
  ),
  'ignore-hides-rule': entry(
    'An `ignore` pattern leaves a rule of the cloud alone that the policy declares too.',
    'Narrow the pattern.',
  ),
  'ignored-opens': entry(
    'A rule that is ignored lets through more than the declared rules.',
    'Remove it by hand, declare it, or narrow the pattern.',
  ),
  'ipv6-in-classic': entry(
    'A rule has IPv6, and the group is in a classic network.',
    'Remove the rule, or name IPv4 addresses.',
  ),
  'list-in-classic': entry(
    'A rule names a list, and the group is in a classic network.',
    'Write the addresses or ports out.',
  ),
  'list-size-unknown': entry(
    'The size of a list that a rule names could not be read; one entry is reckoned.',
    'Let RAM allow the read: [ram](../deploy/ram).',
  ),
  'modified-anyway': entry(
    '`reconcile.modify: never`, and yet rules are modified: no other call changes a text or a priority without a gap.',
    'Let RAM allow the two Modify calls.',
  ),
  'nic-type-in-vpc': entry(
    'A rule has `nicType: internet`, and the group is in a VPC.',
    'Leave `nicType` out.',
  ),
  'priority-twin': entry(
    'Two rules differ in priority only, and the cloud may keep just one.',
    'Remove one of them.',
  ),
  'unknown-fields': entry(
    'Rules of the cloud have fields that this version does not know; they are taken for undeclared.',
    'Look at them in the console; update Rampart.',
  ),
  'unmanaged-rules': entry(
    'With `ownership: declared`, rules that Rampart did not bring stay as they are.',
    'To manage them, `rampart adopt`.',
  ),
};
