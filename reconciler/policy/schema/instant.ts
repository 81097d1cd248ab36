import { err, ok, type Result } from '../../model/result.ts';
import { cureText, quote, type Complaint } from '../read/complaint.ts';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an ISO 8601 instant, such as `2027-01-31T18:00:00Z` or `2027-02-01T02:00:00+08:00`, as Unix
 * milliseconds. Without a zone a time means another instant on every machine, so the zone is required.
 */
export function parseInstant(text: string): Result<number, Complaint> {
  const match = INSTANT.exec(text);
  if (match === null) {
    const form = 'write the date, the time and the zone, such as 2027-01-31T18:00:00Z';
    const hint = cureText('write', completedInstant(text), form);
    return err({ code: 'bad-instant', message: `${quote(text)} is not an instant`, hint });
  }
  const number = (group: number): number => Number(match[group] ?? 0);
  const localMs = Date.UTC(number(1), number(2) - 1, number(3), number(4), number(5), number(6));
  // Date.UTC rolls over: 30 February would become 2 March, and 24:00 the next day.
  const isReal = new Date(localMs).toISOString().slice(0, 19) === text.slice(0, 19);
  if (!isReal || number(9) > 14 || number(10) > 59) {
    const hint = 'check the day of the month, the time and the zone';
    return err({ code: 'bad-instant', message: `${quote(text)} is not in the calendar`, hint });
  }
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0'));
  const offsetMs = (number(9) * 60 + number(10)) * 60_000 * (match[8] === '-' ? -1 : 1);
  return ok(localMs + milliseconds - offsetMs);
}

/** A day from its beginning, and a time without a zone as that of UTC; empty for what is neither. */
function completedInstant(text: string): string {
  const [, day, time = 'T00:00', seconds = ':00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?$/.exec(text) ?? [];
  const instant = `${day ?? ''}${time.startsWith('T') ? time : `T${time}`}${seconds}Z`;
  return day !== undefined && parseInstant(instant).ok ? instant : '';
}
