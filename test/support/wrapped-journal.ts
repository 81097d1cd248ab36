// A journal in front of another one, for tests that come between the daemon and its journal.
import type { Journal } from '../../daemon/journal/journal.ts';

/** Does as `journal` does, but for the methods that are given. */
export function wrappedJournal(journal: Journal, changes: Partial<Journal>): Journal {
  return {
    openIntent: (draft) => journal.openIntent(draft),
    closeIntent: (token, outcome) => journal.closeIntent(token, outcome),
    openIntents: (group) => journal.openIntents(group),
    groupsWithOpenIntents: () => journal.groupsWithOpenIntents(),
    chainHeads: () => journal.chainHeads(),
    verifyHistory: (heads, onProgress) => journal.verifyHistory(heads, onProgress),
    history: (query) => journal.history(query),
    savePlan: (plan) => journal.savePlan(plan),
    findPlan: (hash) => journal.findPlan(hash),
    pause: (pause) => journal.pause(pause),
    resume: (group) => journal.resume(group),
    pauses: (nowMs, group) => journal.pauses(nowMs, group),
    marks: (group) => journal.marks(group),
    mark: (group, marks) => journal.mark(group, marks),
    facts: (group) => journal.facts(group),
    adopt: (group, rules) => journal.adopt(group, rules),
    setFacts: (group, facts) => journal.setFacts(group, facts),
    groupsWithFacts: () => journal.groupsWithFacts(),
    forget: (group) => journal.forget(group),
    attributions: (group) => journal.attributions(group),
    estateFacts: () => journal.estateFacts(),
    endedFreezes: () => journal.endedFreezes(),
    endFreeze: (ended, nowMs) => journal.endFreeze(ended, nowMs),
    rollBack: (rollback) => journal.rollBack(rollback),
    setEstateFacts: (facts) => journal.setEstateFacts(facts),
    approve: (approval) => journal.approve(approval),
    approvals: (nowMs, group) => journal.approvals(nowMs, group),
    pastApprovals: (query) => journal.pastApprovals(query),
    bindApproval: (approval, bound) => journal.bindApproval(approval, bound),
    useUpApprovals: (of) => journal.useUpApprovals(of),
    waiting: () => journal.waiting(),
    setWaiting: (group, waiting) => journal.setWaiting(group, waiting),
    foreignChanges: () => journal.foreignChanges(),
    close: () => journal.close(),
    ...changes,
  };
}
