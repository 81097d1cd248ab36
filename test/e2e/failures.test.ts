// Every error code that the vendor documents for writing rules, answered on order to the running service, and what
// comes of it in the world. failures-provoked.test.ts has those that a policy can provoke by itself.
//
// Sources: the manual page of ModifySecurityGroupRule of 2019 and, for today's pages of Authorize, Modify and Revoke,
// section 1.10 of the API reference. The kinds stand here once more, so that a slip in the daemon's own table shows.
import { describe, expect, test } from 'vitest';
import { FAILURE_ROWS } from '../../daemon/ecs/failures/failure-table.ts';
import type { FaultJson } from '../support/emulator.ts';
import { oneSceneEach, sceneLines, Stage, type Scene } from '../support/failure-scenes.ts';

/** Code, HTTP status, and whether Modify, Authorize and Revoke answer it. */
type Row = readonly [code: string, status: number, operations: string];

/** The page of 2019: what is wrong with the rule. */
const REJECTED_2019: readonly Row[] = [
  ['OperationDenied', 400, 'MA'],
  ['InvalidIpProtocol.Malformed', 400, 'MA'],
  ['MissingParameter', 403, 'MA'],
  ['InvalidPolicy.Malformed', 400, 'MAR'],
  ['InvalidNicType.Mismatch', 400, 'MA'],
  ['InvalidParamter.Conflict', 403, 'MA'],
  ['InvalidPriority.Malformed', 400, 'MAR'],
  ['InvalidPriority.ValueNotSupported', 400, 'MAR'],
  ['InvalidSecurityGroupDiscription.Malformed', 400, 'MAR'],
  ['MissingParameter.Source', 400, 'MAR'],
  ['InvalidParam.PortRange', 400, 'MAR'],
  ['InvalidIpProtocol.ValueNotSupported', 400, 'MAR'],
  ['InvalidParam.SourceIp', 400, 'MAR'],
  ['InvalidParam.DestIp', 400, 'MAR'],
  ['InvalidParam.Ipv6DestCidrIp', 400, 'MAR'],
  ['InvalidParam.Ipv6SourceCidrIp', 400, 'MAR'],
  ['InvalidParam.Ipv4ProtocolConflictWithIpv6Address', 400, 'MAR'],
  ['InvalidParam.Ipv6ProtocolConflictWithIpv4Address', 400, 'MAR'],
  ['ILLEGAL_IPV6_CIDR', 400, 'MAR'],
];

/** Today's pages: what is wrong with the rule, or with the request. */
const REJECTED: readonly Row[] = [
  ['InvalidSourcePortRange.Malformed', 400, 'MAR'],
  ['InvalidSourceCidrIp.Malformed', 400, 'MAR'],
  ['InvalidDestCidrIp.Malformed', 400, 'MAR'],
  ['InvalidDestCidrIp.sMalformed', 400, 'R'],
  ['InvalidParam.SourceCidrIp', 400, 'MAR'],
  ['InvalidParam.DestCidrIp', 400, 'MAR'],
  ['InvalidParameter.Ipv6CidrIp', 400, 'MAR'],
  ['InvalidParameter.Conflict', 400, 'MAR'],
  ['InvalidParamter.Conflict', 400, 'MAR'],
  ['InvalidSecurityGroup.IsSame', 403, 'MAR'],
  ['InvalidNicType.ValueNotSupported', 400, 'MAR'],
  ['InvalidNicType.Mismatch', 403, 'R'],
  ['MissingParameter.Dest', 400, 'MAR'],
  ['MissingParameter', 400, 'R'],
  ['InvalidSourceGroupId.Mismatch', 400, 'MAR'],
  ['InvalidDestGroupId.Mismatch', 400, 'MAR'],
  ['InvalidSourceGroupId.Mismatch', 403, 'MAR'],
  ['InvalidDestGroupId.Mismatch', 403, 'MAR'],
  ['InvalidSourceGroup.NotFound', 400, 'MAR'],
  ['InvalidDestGroup.NotFound', 400, 'MAR'],
  ['InvalidSourceGroupId.NotFound', 404, 'MAR'],
  ['InvalidDestGroupId.NotFound', 404, 'MAR'],
  ['InvalidNetworkType.Mismatch', 403, 'MAR'],
  ['InvalidNetworkType.Conflict', 403, 'MAR'],
  ['InvalidParam.PrefixListAddressFamilyMismatch', 400, 'MA'],
  ['InvalidPrefixListId.NotFound', 404, 'MAR'],
  ['InvalidPortRangeListId.NotFound', 400, 'MAR'],
  ['InvalidParam.ProtocolNotSupportPortRangeList', 400, 'MAR'],
  ['InvalidSecurityGroupId.Malformed', 400, 'MAR'],
  ['InvalidPortRange.Malformed', 400, 'AR'],
  ['InvalidIpPortRange.Malformed', 400, 'R'],
  ['InvalidSecurityGroup.InvalidNetworkType', 400, 'AR'],
  ['InvalidGroupAuthParameter.OperationDenied', 400, 'AR'],
  ['InvalidGroupParameter.OperationDenied', 400, 'AR'],
  ['NotSupported.ClassicNetworkPrefixList', 400, 'AR'],
  ['VPCDisabled', 400, 'A'],
  ['InvalidParam.Permissions', 400, 'AR'],
  ['InvalidParam.DuplicatePermissions', 400, 'AR'],
  ['InvalidOperation.SecurityGroupNotAuthorized', 401, 'AR'],
  ['InvalidParam.SecurityGroupRuleIdRepeated', 400, 'R'],
  ['InvalidOperation.ModifySgRuleEntityType', 400, 'M'],
  ['InvalidOperation.ModifyNicType', 400, 'M'],
  ['InvalidOperation.ModifyPortRangeType', 400, 'M'],
  ['InvalidParam.InvalidModifyRuleRequest', 400, 'M'],
  ['InvalidParam.ProtocolAndPortRangeMismatch', 400, 'M'],
  ['InvalidParam.ProtocolAndAddressFamilyMismatch', 400, 'M'],
  ['InvalidSourceOrDestGroupId.DirectionMissmatch', 400, 'M'],
  // Full for rules of one kind; others still fit.
  ['AuthorizedGroupRule.LimitExceed', 400, 'A'],
  ['LimitExceed.PrefixListAssociationResource', 403, 'A'],
];

/** The group is full: no rule is to blame. */
const FULL: readonly Row[] = [
  ['AuthorizationLimitExceed', 403, 'MA'],
  ['AuthorizationLimitExceed', 400, 'M'],
];

/** The world is not as the plan took it. */
const REPLAN: readonly Row[] = [
  ['InvalidSecurityGroupId.NotFound', 404, 'MAR'],
  ['InvalidSecurityGroupId.NotFound', 400, 'R'],
  ['SecurityGroupRule.NotFound', 404, 'M'],
  ['InvalidSecurityGroupRuleId.NotFound', 404, 'M'],
  ['InvalidParam.SecurityGroupRuleId', 400, 'M'],
  ['InvalidOperation.RuleDuplicate', 400, 'M'],
  ['IdempotentParameterMismatch', 400, 'MAR'],
];

/** The rule that was to go is gone. */
const GONE: readonly Row[] = [
  ['InvalidSecurityGroupRuleId.NotFound', 404, 'R'],
  ['InvalidParam.SecurityGroupRuleId', 400, 'R'],
  ['InvalidSecurityGroupRule.RuleNotExist', 400, 'R'],
  ['InvalidGroupAuthItem.NotFound', 403, 'R'],
];

/** Maybe applied. */
const UNKNOWN: readonly Row[] = [
  ['InternalError', 500, 'MAR'],
  ['ServiceUnavailable', 503, 'MAR'],
  ['InvalidGressFlow.Malformed', 500, 'A'],
  ['IdempotentProcessing', 403, 'MAR'],
  ['SignatureNonceUsed', 400, 'MAR'],
];

/** Certainly not applied. */
const RETRY: readonly Row[] = [['OperationConflict', 409, 'MAR']];

const THROTTLED: readonly Row[] = [
  ['Throttling.User', 400, 'MAR'],
  ['Throttling', 400, 'MAR'],
];

/** No one may do this, or not with this key. */
const DENIED: readonly Row[] = [
  ['Forbidden.RAM', 403, 'MAR'],
  ['InvalidAccessKeyId.Inactive', 400, 'MAR'],
  ['SignatureDoesNotMatch', 400, 'MAR'],
  ['InvalidTimeStamp.Expired', 400, 'MAR'],
];

const MANAGED: readonly Row[] = [['InvalidOperation.ResourceManagedByCloudProduct', 403, 'MAR']];

interface Case {
  readonly code: string;
  readonly status: number;
  readonly operations: string;
  readonly apiLevel: 'current' | 'legacy2019';
}

const onLevel =
  (apiLevel: Case['apiLevel']) =>
  ([code, status, operations]: Row): Case => ({ code, status, operations, apiLevel });

const current = (rows: readonly Row[]): Case[] => rows.map(onLevel('current'));
const bothLevels = (rows: readonly Row[]): Case[] => [...current(rows), ...rows.map(onLevel('legacy2019'))];

/** Codes that name the other end of an egress rule are answered to the operations on egress. */
const scenesOf = ({ code, operations }: Case): Scene[] => {
  const scenes = oneSceneEach(/Dest|IsSame/.test(code) ? 'egress' : 'ingress');
  return (['M', 'A', 'R'] as const).filter((each) => operations.includes(each)).map((each) => scenes[each]);
};

/** Plays all operations of a case side by side, each answered with the code `count` times. */
async function play(
  theCase: Case,
  fault: Partial<FaultJson>,
  judge: (stage: Stage, scene: Scene) => Promise<void>,
): Promise<void> {
  const { code, status, apiLevel } = theCase;
  const scenes = scenesOf(theCase);
  const faults = scenes.map(({ operation }) => ({
    action: operation,
    kind: 'error' as const,
    code,
    status,
    ...fault,
  }));
  const stage = await Stage.open({ scenes, faults, quirks: { apiLevel } });
  try {
    await Promise.all(scenes.map((scene) => judge(stage, scene)));
  } finally {
    await stage.close();
  }
}

const ONCE = { count: 1 };
const WHEN = 'when the answer to $operations is $code ($status, $apiLevel)';

async function expectEnd(stage: Stage, scene: Scene): Promise<void> {
  await stage.service.converged(scene.group);
  expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
}

async function callsOf(stage: Stage, { group, operation }: Scene) {
  return (await stage.writes(group)).filter(({ action }) => action === operation);
}

/** The plan ends with the call that failed, says so, and the next one does it all. */
async function expectStop(stage: Stage, scene: Scene, kind: string, code: string): Promise<void> {
  const failed = await stage.service.log.event('call.failed', { group: scene.group, code });
  expect(failed).toMatchObject({ kind, operation: scene.operation, attempt: 1 });
  const next = await stage.next(failed);
  expect(next).toMatchObject({ event: 'group.not_converged', reason: failed.err });
  await expectEnd(stage, scene);
  const [first, ...others] = await callsOf(stage, scene);
  expect(first).toMatchObject({ code, effect: false });
  expect(others.map(({ effect }) => effect)).toEqual([true]);
  expect(others[0]?.clientToken).not.toBe(first?.clientToken);
}

/** The same call again until it works. */
async function expectRepetition(stage: Stage, scene: Scene, event: string, code: string): Promise<void> {
  const seen = await stage.service.log.first((each) => each.group === scene.group && each.code === code);
  expect(seen).toMatchObject({ event, operation: scene.operation, attempt: 1 });
  await expectEnd(stage, scene);
  const calls = await callsOf(stage, scene);
  expect(calls.map((call) => [call.code, call.effect])).toEqual([
    [code, false],
    ['', true],
  ]);
  expect(new Set(calls.map(({ clientToken }) => clientToken)).size).toBe(1);
}

describe.concurrent('a rule that the cloud refuses is quarantined, and the rest goes on', () => {
  test.each([...bothLevels(REJECTED_2019), ...current(REJECTED)])(
    `quarantines the rule and goes on with the rest ${WHEN}`,
    (theCase) =>
      play(theCase, {}, async (stage, scene) => {
        const { code } = theCase;
        const { group } = scene;
        const failed = await stage.service.log.event('call.failed', { group, code });
        expect(failed).toMatchObject({ kind: 'rejected', operation: scene.operation });
        expect(await stage.next(failed)).toMatchObject({ event: 'step.quarantined', code });
        const first = await stage.later('group.not_converged', failed);
        await stage.later('group.not_converged', first);
        expect(await stage.rules(group)).toEqual(sceneLines(scene, 'start', true));
        expect((await callsOf(stage, scene)).map((call) => call.code)).toEqual([code]);
      }),
  );
});

describe.concurrent('a full group stops the plan without blame, and it is tried again', () => {
  test.each(current(FULL))(`stops the plan, quarantines nothing and tries again ${WHEN}`, (theCase) =>
    play(theCase, ONCE, async (stage, scene) => {
      await expectStop(stage, scene, 'rejected', theCase.code);
      const blamed = stage.service.log.events.filter(({ event }) => event === 'step.quarantined');
      expect(blamed).toEqual([]);
    }),
  );
});

describe.concurrent('a changed world makes a new plan', () => {
  test.each([...current(REPLAN), ...bothLevels(REPLAN.slice(0, 3))])(`makes a new plan ${WHEN}`, (theCase) =>
    play(theCase, ONCE, (stage, scene) => expectStop(stage, scene, 'replan', theCase.code)),
  );
});

describe.concurrent('a rule that is said to be gone is looked for, and found again', () => {
  test.each(current(GONE))(`reads again, and finds the rule ${WHEN}`, (theCase) =>
    play(theCase, ONCE, async (stage, scene) => {
      const noop = await stage.service.log.event('step.noop', { group: scene.group, code: theCase.code });
      const first = await stage.later('group.not_converged', noop);
      expect(first.reason).toMatch(/the group differs from the plan/);
      await expectEnd(stage, scene);
    }),
  );
});

describe.concurrent('a call without a clear answer is sent again as the same call', () => {
  test.each(current(UNKNOWN))(`sends the same call again ${WHEN}`, (theCase) =>
    play(theCase, ONCE, (stage, scene) => expectRepetition(stage, scene, 'call.unknown', theCase.code)),
  );
  test.each(current(RETRY))(`sends the same call again ${WHEN}`, (theCase) =>
    play(theCase, ONCE, (stage, scene) => expectRepetition(stage, scene, 'call.retried', theCase.code)),
  );
  test.each(current(THROTTLED))(`sends the same call again ${WHEN}`, (theCase) =>
    play(theCase, ONCE, async (stage, scene) => {
      await expectRepetition(stage, scene, 'call.throttled', theCase.code);
      const { operation } = scene;
      const closed = await stage.service.log.event('lane.closed', { operation });
      await stage.service.log.event('lane.reopened', { operation }, stage.service.log.events.indexOf(closed));
    }),
  );
});

describe.concurrent('a call that is not allowed stops the plan and names what is missing', () => {
  test.each(current(DENIED))(`stops the plan and names what is missing ${WHEN}`, (theCase) =>
    play(theCase, ONCE, async (stage, scene) => {
      await expectStop(stage, scene, 'denied', theCase.code);
      if (theCase.code !== 'Forbidden.RAM') return;
      const { group, operation } = scene;
      const failed = await stage.service.log.event('call.failed', { group });
      expect(failed.err).toContain(`ecs:${operation}`);
    }),
  );
});

describe.concurrent('a group that turns out to be managed', () => {
  test.each(current(MANAGED))(
    `writes no more in this plan to a group that another product manages ${WHEN}`,
    (theCase) => play(theCase, ONCE, (stage, scene) => expectStop(stage, scene, 'managed', theCase.code)),
  );
});

test('no code that the daemon knows of rule writes is left out here', () => {
  const tables = [REJECTED_2019, REJECTED, FULL, REPLAN, GONE, UNKNOWN, MANAGED];
  const tried = new Set(tables.flat().map(([code]) => code));
  const documented = FAILURE_ROWS.filter(({ source }) =>
    /manual page of the API without rule ids|authorizesecuritygroup|revokesecuritygroup|modifysecuritygrouprule/.test(
      source,
    ),
  );
  expect(documented.length).toBeGreaterThan(60);
  expect(documented.filter(({ code }) => !tried.has(code))).toEqual([]);
});
