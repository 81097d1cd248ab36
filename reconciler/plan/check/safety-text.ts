// How much is at stake, in numbers beside the limit that they go beyond: what a person reads before they approve.
import { counted } from '../../model/counted.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { describeRule, protocolText } from '../../model/rule-text.ts';
import type { OpenedService } from '../../judge/opening.ts';
import type { BrakeReason, SafetyObjection } from './objection.ts';

const NAMED = 3;

const FAMILY_NAME = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

export function safetyText(objection: SafetyObjection): string {
  switch (objection.kind) {
    case 'brake': {
      const reasons = objection.reasons.map((reason) => reasonText(reason, objection.losing.length));
      const losing = objection.losing.map(describeRule);
      return `${reasons.join('; ')}${losing.length === 0 ? '' : `. Rules that lose traffic: ${firstOf(losing)}`}`;
    }
    case 'takeover': {
      const { rules, opens, closes } = objection;
      const what = [...(opens ? ['open'] : []), ...(closes ? ['close'] : [])].join(' and ');
      return (
        `a selector newly brings this group in; it holds ${counted(rules, 'rule')}, and the first plan would ` +
        `${what} traffic (reconcile.brake.takeover is approve)`
      );
    }
    case 'opening':
      return (
        `the internet would get in where it does not now: ${firstOf(objection.opening.map(openedText))} ` +
        '(reconcile.brake.opens is internet)'
      );
  }
}

function reasonText(reason: BrakeReason, losing: number): string {
  const lose = `${counted(losing, 'rule')} would lose traffic`;
  switch (reason.limit) {
    case 'rules':
      return `${lose}; reconcile.brake.rules allows ${reason.allowed}`;
    case 'percent': {
      const percent = Math.floor((100 * losing) / Math.max(1, reason.accepts));
      return `${lose}, ${percent} % of ${counted(reason.accepts, 'accept rule')}; reconcile.brake.percent allows ${reason.allowed}`;
    }
    case 'perHour':
      return `${lose}, after ${reason.lostLastHour} in the last hour; reconcile.brake.perHour allows ${reason.allowed}`;
    case 'emptied': {
      const what = reason.emptied.map(({ direction, family }) => `${direction} ${FAMILY_NAME[family]}`);
      return `nothing of ${what.join(' and ')} would be accepted any more; reconcile.brake allows no plan that empties a direction`;
    }
  }
}

const openedText = ({ family, protocol, ports }: OpenedService): string =>
  `${protocolText(protocol)}${ports === NO_PORTS_TEXT ? '' : ` ${ports}`} over ${FAMILY_NAME[family]}`;

function firstOf(texts: readonly string[]): string {
  const more = texts.length - NAMED;
  const named = texts.slice(0, NAMED).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}
