// What a person reads of a verdict: where, how many addresses, one packet, and who decides it.
import type { Decision } from '../../exposure/ask/decide.ts';
import { packetText } from '../../exposure/text/packet-text.ts';
import { counted } from '../../model/counted.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { SourcePlace } from '../../model/problem.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { describeRule, protocolText, quoted } from '../../model/rule-text.ts';
import type { Rule } from '../../model/rule.ts';
import type { NearestChange, NarrowedRule } from '../nearest/nearest.ts';
import type { Excess } from './excess.ts';
import type { ExpectationVerdict } from './expectation.ts';
import { mostTolerated, type Deny, type GuardrailVerdict, type WhyUnknown } from './guardrail.ts';

/** Where a rule is declared; null: no policy declares it. */
export type PlaceOf = (rule: Rule) => SourcePlace | null;

const FAMILY_WORD = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

/** Services, prefixes and rules that a message names; the rest is counted. */
const MOST_NAMED = 3;

/** `tcp 22/22 is exposed to 4294967296 addresses over IPv4 (100 % of the pattern, 65536 are tolerated), as …`. */
export function exposedText(guardrail: Deny, excess: Excess, placeOf: PlaceOf): string {
  const tolerated = mostTolerated(guardrail, excess.family);
  const limit = tolerated === 0n ? 'none is tolerated' : `${countText(tolerated)} are tolerated`;
  return (
    `${servicesText(excess.services)} ${excess.services.length === 1 ? 'is' : 'are'} exposed to ` +
    `${countText(excess.count)} ${whomText(excess)} over ${FAMILY_WORD[excess.family]} ` +
    `(${percentText(excess)} of what is denied, ${limit}), ${byExampleText(excess, placeOf)}${adviceOf(guardrail)}`
  );
}

function whomText({ countsGroups, memberOf }: Excess): string {
  if (memberOf !== null) return `addresses in ${memberOf}`;
  return countsGroups ? 'addresses, in groups or not,' : 'addresses';
}

/** `tcp 443/443 is dropped for 256 addresses over IPv4, as …`. */
export function failureText({ kind }: Expectation, excess: Excess, placeOf: PlaceOf): string {
  const action = kind === 'accept' ? 'dropped' : 'accepted';
  return (
    `${servicesText(excess.services)} ${excess.services.length === 1 ? 'is' : 'are'} ${action} for ` +
    `${countText(excess.count)} addresses over ${FAMILY_WORD[excess.family]}, ${byExampleText(excess, placeOf)}`
  );
}

/** Null: there is nothing to say. */
export function guardrailVerdictText(
  guardrail: Deny,
  verdict: GuardrailVerdict,
  placeOf: PlaceOf,
): string | null {
  switch (verdict.kind) {
    case 'satisfied':
      return null;
    case 'violated':
      return exposedText(guardrail, verdict.excess, placeOf);
    case 'unknown': {
      const worst =
        verdict.excess === null ? '' : `: at worst, ${exposedText(guardrail, verdict.excess, placeOf)}`;
      return `cannot be judged, for ${whyUnknownText(verdict.why)}${worst}`;
    }
  }
}

/** Null: there is nothing to say. */
export function expectationVerdictText(
  expectation: Expectation,
  verdict: ExpectationVerdict,
  placeOf: PlaceOf,
): string | null {
  switch (verdict.kind) {
    case 'holds':
      return null;
    case 'fails':
      return failureText(expectation, verdict.excess, placeOf);
    case 'unknown': {
      const worst =
        verdict.excess === null ? '' : `: at worst, ${failureText(expectation, verdict.excess, placeOf)}`;
      return `cannot be judged, for ${whyUnknownText(verdict.why)}${worst}`;
    }
  }
}

export function whyUnknownText(why: WhyUnknown): string {
  return why === 'lists'
    ? 'it hangs on the content of lists that could not be read'
    : 'the rules are too intricate to count within the budget';
}

const adviceOf = ({ message }: Deny): string => (message === '' ? '' : `. ${message}`);

function byExampleText({ example, decision }: Excess, placeOf: PlaceOf): string {
  return `as ${packetText(example)}: ${decisionText(decision, placeOf)}`;
}

function decisionText(decision: Decision, placeOf: PlaceOf): string {
  switch (decision.by) {
    case 'rule':
      return `decided by ${placedRuleText(decision.rule, placeOf)}`;
    case 'innerAccess':
      return 'members of the group may reach each other';
    case 'default':
      return `no rule matches, and the default is ${decision.action}`;
  }
}

/** The rule and where it is declared. */
function placedRuleText(rule: Rule, placeOf: PlaceOf): string {
  const place = placeOf(rule);
  const where = place === null ? 'in no policy' : `${place.file}:${place.line}`;
  return `${describeRule(rule)} (${where})`;
}

function servicesText(services: readonly string[]): string {
  const named = services.slice(0, MOST_NAMED).map((service) => {
    const [protocol = '', ports = ''] = service.split(' ');
    return ports === NO_PORTS_TEXT ? protocolText(protocol) : `${protocolText(protocol)} ${ports}`;
  });
  const more = services.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

/** IPv6 numbers are written as powers of two. */
function countText(count: bigint): string {
  return count < 1n << 40n
    ? String(count)
    : `2^${count.toString(2).length - 1}${isPower(count) ? '' : ' and more'}`;
}

const isPower = (count: bigint): boolean => (count & (count - 1n)) === 0n;

function percentText({ count, of }: Excess): string {
  const percent = of === 0n ? 0n : (100n * count) / of;
  return percent === 0n ? 'less than 1 %' : `${percent} %`;
}

/** Said as an edit: "narrow rule X (file:line): it keeps …; or remove it". */
export function nearestText(change: NearestChange, placeOf: PlaceOf): string {
  if (change.kind === 'narrow') {
    const edits = change.edits.slice(0, MOST_NAMED).map((edit) => narrowText(edit, placeOf));
    const more = change.edits.length - edits.length;
    return `nearest change: ${edits.join('; and ')}${more > 0 ? `; and ${counted(more, 'more rule')} in the same way` : ''}`;
  }
  const drops = change.drops.map((drop) => describeRule(drop)).join(' and ');
  const beside =
    change.beside === null
      ? 'what no rule decides is accepted here'
      : `${placedRuleText(change.beside, placeOf)} cannot be narrowed`;
  const cuts = change.cuts.slice(0, MOST_NAMED).map((rule) => placedRuleText(rule, placeOf));
  const more = change.cuts.length - cuts.length;
  const cutting =
    cuts.length === 0
      ? ''
      : `; it also cuts what this admits: ${cuts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `nearest change: ${beside}: add ${drops}${cutting}`;
}

function narrowText({ rule, keeps }: NarrowedRule, placeOf: PlaceOf): string {
  if (placeOf(rule) === null)
    return `remove ${placedRuleText(rule, placeOf)} in the cloud, or declare it narrower`;
  if (keeps.length === 0) return `remove ${placedRuleText(rule, placeOf)}`;
  return `narrow ${placedRuleText(rule, placeOf)}: it keeps ${keptText(rule, keeps)}; or remove it`;
}

/** Other ports are written out; other addresses only where they are few. */
function keptText(rule: Rule, keeps: readonly Rule[]): string {
  if (keeps.every(({ protocol }) => protocol !== rule.protocol)) return 'the protocols you mean: name them';
  const samePeer = keeps.filter(({ peer }) => peer === rule.peer);
  const narrower = keeps.filter(({ peer }) => peer !== rule.peer);
  const ports = samePeer.map(({ ports: kept }) =>
    kept.kind === 'range' ? `${kept.first}/${kept.last}` : quoted(kept.kind),
  );
  const parts = [
    ...(ports.length === 0 ? [] : [`ports ${ports.join(', ')} as they are`]),
    ...(narrower.length === 0
      ? []
      : [
          narrower.length <= MOST_NAMED
            ? narrower.map(describeRule).join(', ')
            : 'only the networks that you mean',
        ]),
  ];
  return parts.join(', and on its other ports ');
}
