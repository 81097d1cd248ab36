// Mistakes in what stands between a mistake and a group: each one someone could make, and none that a test may miss.
import type { Mutation } from './mutation.ts';

export const SAFETY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'the limit of losing rules is one more',
    file: 'plan/check/brake.ts',
    find: 'if (losing > brake.rules)',
    replace: 'if (losing > brake.rules + 1)',
  },
  {
    name: 'the share is of a group of any size',
    file: 'plan/check/brake.ts',
    find: 'const FEWEST_FOR_PERCENT = 3;',
    replace: 'const FEWEST_FOR_PERCENT = 1;',
  },
  {
    name: 'what was lost before is forgotten',
    file: 'plan/check/brake.ts',
    find: 'lostLastHour + losing > brake.perHour',
    replace: 'losing > brake.perHour',
  },
  {
    name: 'an emptied direction passes',
    file: 'plan/check/brake.ts',
    find: "if (emptied.length > 0) reasons.push({ limit: 'emptied', emptied });",
    replace: '',
  },
  {
    name: 'a takeover passes where nothing is closed',
    file: 'plan/check/brake.ts',
    find: 'rules > 0 && (opens || closes)',
    replace: 'rules > 0 && closes',
  },
  {
    name: 'drift counts as loss',
    file: 'plan/check/stakes.ts',
    find: '(lastConverged === null || lastConverged.has(identity))',
    replace: 'true',
  },
  {
    name: 'an unknown past excuses every loss',
    file: 'plan/check/stakes.ts',
    find: '(lastConverged === null || lastConverged.has(identity))',
    replace: '(lastConverged !== null && lastConverged.has(identity))',
  },
  {
    name: 'an approval has no end',
    file: 'plan/check/approvals.ts',
    find: 'nowMs < approval.untilMs && lifts(approval, plan)',
    replace: 'lifts(approval, plan)',
  },
  {
    name: 'an approval covers whatever the plan loses',
    file: 'plan/check/approvals.ts',
    find: 'isSubset(plan.losing.map(losingKey), approval.losing) &&',
    replace: '',
  },
  {
    name: 'an approval covers other desired rules',
    file: 'plan/check/approvals.ts',
    find: '!isItsPlan && approval.desiredHash !== plan.desiredHash',
    replace: '!isItsPlan && approval.losing === null',
  },
  {
    name: 'a held policy without calls is converged',
    file: 'plan/check/check.ts',
    find: 'if (isDone && !isHeld && plan.resting',
    replace: 'if (isDone && plan.resting',
  },
  {
    name: 'what was beyond the tolerance before may grow',
    file: 'judge/verdict/guardrail.ts',
    find: 'cells.filter((cell) => cell.surelyNew && certainIn(cell, 1) > tolerated(cell)),',
    replace:
      'cells.filter((cell) => cell.surelyNew && certainIn(cell, 0) <= tolerated(cell) && certainIn(cell, 1) > tolerated(cell)),',
  },
  {
    name: 'a port that was open before is opened',
    file: 'judge/opening.ts',
    find: 'after.certain > most && before.certain <= most',
    replace: 'after.certain > most',
  },
  {
    name: 'a ban of one address makes a rule for a group lose',
    file: 'judge/loss/losing-rules.ts',
    find: 'return 2n * mostAddressesFound(found, universe, addresses) > addressCount(addresses);',
    replace: 'return mostAddressesFound(found, universe, addresses) > 0n;',
  },
  {
    name: 'a text alone is believed',
    file: 'plan/diff/ownership.ts',
    find: 'isShaped(item.pattern) || !opening.has(item);',
    replace: 'true || opening.has(item);',
  },
  {
    name: 'a text is inherited',
    file: 'plan/match/texts.ts',
    find: 'return identityWithoutPriority(from) !== identityWithoutPriority(to);',
    replace: 'return false;',
  },
  {
    name: 'a rule that opens may rest',
    file: 'plan/diff/resting.ts',
    find: "isNamed(item) && item.rule.action === 'drop'",
    replace: 'isNamed(item)',
  },
  {
    name: 'what does not exist is tried',
    file: 'plan/diff/absent.ts',
    find: 'if (absent.size === 0) return [];',
    replace: 'if (absent.size >= 0) return [];',
  },
  {
    name: 'a rule that is there is taken for one to be tried',
    file: 'plan/diff/absent.ts',
    find: '!present.has(ruleIdentity(rule))',
    replace: 'present !== undefined',
  },
  {
    name: 'a group of another owner is looked up in our account',
    file: 'plan/diff/absent.ts',
    find: "peer.kind === 'group' && peer.ownerId === null",
    replace: "peer.kind === 'group'",
  },
];
