// Whose text a rule bears. What a rule is for often stands in its description alone, so a Modify must not leave the
// text of one rule on another: "Ping from monitoring" on tcp/443 would lie to whoever reads the console.
import { identityWithoutPriority, type Rule } from '../../model/rule.ts';

/** How the text began that earlier versions gave to rules of their own, which stood in for others for a moment. */
const OWN_MARK = 'rampart: temporary';

/** Stands in for a mark of ours: the API cannot clear a description. */
const NO_TEXT = 'no description';

const isOwnMark = (text: string | null): boolean => text?.startsWith(OWN_MARK) ?? false;

/** Whether the described text may stay: a policy that names none is content with any but a mark of ours. */
export function textHolds(from: Rule, to: Rule): boolean {
  return to.description === null ? !isOwnMark(from.description) : to.description === from.description;
}

/** The text of a rule after its Modify. */
export function textAfter(from: Rule, to: Rule): string | null {
  return to.description ?? (isOwnMark(from.description) ? NO_TEXT : from.description);
}

/**
 * Whether a Modify would leave the text of one rule on another, as the policy gives none and the API cannot clear the
 * one that is there. Rules that differ in priority alone are one rule to whoever reads the text.
 */
export function inheritsText(from: Rule, to: Rule): boolean {
  if (to.description !== null || from.description === null) return false;
  return identityWithoutPriority(from) !== identityWithoutPriority(to);
}
