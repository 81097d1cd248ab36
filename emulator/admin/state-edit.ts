// A PUT of the state is an edit by hand. ActionTrail shows it for each group whose rules it changed, as an operation of the
// account's owner with a name that no API has: so that what looks for the author of a change finds one.
import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_ACCOUNT_ID } from '../gateway/credentials.ts';
import type { Contents } from '../state.ts';
import { auditEvent } from '../trail/audit-event.ts';
import type { AuditTrail } from '../trail/audit-trail.ts';
import { headerOf, type WireRequest } from '../wire/wire.ts';

const STATE_EDIT = 'PutEmulatorState';

export interface StateEdit {
  readonly before: Contents;
  readonly after: Contents;
  readonly timeMs: number;
  /** Whether events name what they are about (quirk auditResource). */
  readonly namesResource: boolean;
}

export function auditStateEdit(
  { before, after, timeMs, namesResource }: StateEdit,
  wire: WireRequest,
  trail: AuditTrail,
): void {
  const rulesBefore = new Map(
    before.securityGroups.map((group) => [group.SecurityGroupId, group.Permissions]),
  );
  for (const { SecurityGroupId, RegionId, Permissions } of after.securityGroups) {
    const was = rulesBefore.get(SecurityGroupId);
    if (was === undefined || isDeepStrictEqual(was, Permissions)) continue;
    const id = trail.newId();
    trail.add(
      auditEvent(
        {
          caller: {
            accountId: DEFAULT_ACCOUNT_ID,
            accessKeyId: '',
            principal: { type: 'root-account' },
            sourceIp: wire.remoteAddress,
            userAgent: headerOf(wire, 'user-agent') ?? '',
          },
          eventId: id,
          requestId: id,
          timeMs,
          action: STATE_EDIT,
          eventType: 'ConsoleOperation',
          params: new Map([
            ['RegionId', RegionId],
            ['SecurityGroupId', SecurityGroupId],
          ]),
          answer: {},
          refusal: null,
        },
        namesResource,
      ),
    );
  }
}
