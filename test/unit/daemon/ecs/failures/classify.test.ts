import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../../../reconciler/model/operation.ts';
import { WRITE_OPERATIONS } from '../../../../../reconciler/model/operation.ts';
import type { FailureKind } from '../../../../../daemon/ecs/failures/failure.ts';
import { FAILURE_ROWS } from '../../../../../daemon/ecs/failures/failure-table.ts';
import { ownFailure, refusalFailure } from '../../../../../daemon/ecs/failures/classify.ts';
import type { VendorRefusal } from '../../../../../daemon/ecs/transport/transport.ts';

const refusal = (code: string, status: number, changes: Partial<VendorRefusal> = {}): VendorRefusal => ({
  status,
  code,
  message: 'The message.',
  requestId: 'R-1',
  retryAfterMs: null,
  missingAction: null,
  ...changes,
});

const kindOf = (code: string, status: number, operation: Operation, params: Record<string, string> = {}) =>
  refusalFailure(refusal(code, status), { operation, params }).kind;

const ONE_RULE = { 'SecurityGroupRuleId.1': 'sgr-1' };
const TWO_RULES = { 'SecurityGroupRuleId.1': 'sgr-1', 'SecurityGroupRuleId.2': 'sgr-2' };

describe('the table', () => {
  it('names each code once, with a source', () => {
    const codes = FAILURE_ROWS.map((row) => row.code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(FAILURE_ROWS.filter((row) => row.source === '')).toEqual([]);
  });

  it.each(FAILURE_ROWS.map((row) => [row.code, row] as const))('the table: %s', (code, row) => {
    const call = { operation: 'ModifySecurityGroupRule', params: {} } as const;
    const read = { operation: 'DescribeSecurityGroups', params: {} } as const;
    const own = code.startsWith('Transport.');
    // A status that would say something else if the row were not found.
    const status = row.kind === 'rejected' ? 503 : 418;
    const failureOf = own
      ? (about: typeof call | typeof read) => ownFailure(row.code as 'Transport.Timeout', 'm', about)
      : (about: typeof call | typeof read) => refusalFailure(refusal(code, status), about);
    expect(failureOf(call)).toMatchObject({ kind: row.kind, code });
    expect(['unknown', 'replan']).not.toContain(failureOf(read).kind);
  });

  // By hand, from the manual page of 2019 and the API reference: what the table must hold, whatever it says.
  it.each<[FailureKind, number, string]>([
    ['rejected', 400, 'OperationDenied'],
    ['rejected', 400, 'InvalidIpProtocol.Malformed'],
    ['rejected', 403, 'MissingParameter'],
    ['rejected', 400, 'InvalidPolicy.Malformed'],
    ['rejected', 400, 'InvalidNicType.Mismatch'],
    ['rejected', 403, 'InvalidParamter.Conflict'],
    ['rejected', 400, 'InvalidPriority.Malformed'],
    ['rejected', 400, 'InvalidPriority.ValueNotSupported'],
    ['rejected', 400, 'InvalidSecurityGroupDiscription.Malformed'],
    ['rejected', 400, 'MissingParameter.Source'],
    ['rejected', 400, 'InvalidParam.PortRange'],
    ['rejected', 400, 'InvalidIpProtocol.ValueNotSupported'],
    ['rejected', 400, 'InvalidParam.SourceIp'],
    ['rejected', 400, 'InvalidParam.DestIp'],
    ['rejected', 400, 'InvalidParam.Ipv6DestCidrIp'],
    ['rejected', 400, 'InvalidParam.Ipv6SourceCidrIp'],
    ['rejected', 400, 'InvalidParam.Ipv4ProtocolConflictWithIpv6Address'],
    ['rejected', 400, 'InvalidParam.Ipv6ProtocolConflictWithIpv4Address'],
    ['rejected', 400, 'ILLEGAL_IPV6_CIDR'],
    ['rejected', 403, 'AuthorizationLimitExceed'],
    ['rejected', 400, 'AuthorizedGroupRule.LimitExceed'],
    ['rejected', 401, 'InvalidOperation.SecurityGroupNotAuthorized'],
    ['rejected', 400, 'InvalidOperation.ModifySgRuleEntityType'],
    ['replan', 404, 'SecurityGroupRule.NotFound'],
    ['replan', 404, 'InvalidSecurityGroupRuleId.NotFound'],
    ['replan', 400, 'InvalidOperation.RuleDuplicate'],
    ['replan', 404, 'InvalidSecurityGroupId.NotFound'],
    ['replan', 400, 'IdempotentParameterMismatch'],
    ['managed', 403, 'InvalidOperation.ResourceManagedByCloudProduct'],
    ['throttled', 400, 'Throttling'],
    ['throttled', 400, 'Throttling.User'],
    ['throttled', 400, 'Rejected.Throttling'],
    ['unknown', 503, 'ServiceUnavailable'],
    ['unknown', 500, 'InternalError'],
    ['unknown', 403, 'IdempotentProcessing'],
    ['unknown', 400, 'SignatureNonceUsed'],
    ['retry', 409, 'OperationConflict'],
    ['denied', 403, 'Forbidden.RAM'],
    ['denied', 404, 'InvalidAccessKeyId.NotFound'],
    ['denied', 400, 'SignatureDoesNotMatch'],
    ['denied', 400, 'InvalidTimeStamp.Expired'],
  ])('%s: HTTP %i %s', (kind, status, code) => {
    expect(kindOf(code, status, 'ModifySecurityGroupRule')).toBe(kind);
  });
});

describe('what happened, as far as one can know', () => {
  it.each([
    ['Transport.NotConnected', 'retry', 'retry'],
    ['Transport.UnknownHost', 'retry', 'retry'],
    ['Transport.ConnectionLost', 'unknown', 'retry'],
    ['Transport.Timeout', 'unknown', 'retry'],
    ['Transport.NotJson', 'unknown', 'retry'],
    ['Transport.BadAnswer', 'unknown', 'retry'],
    ['Transport.UntrustedCertificate', 'denied', 'denied'],
    ['Transport.NoCredentials', 'denied', 'denied'],
    ['Transport.CredentialsUnavailable', 'retry', 'retry'],
  ] as const)('%s: a write is %s, a read is %s', (code, write, read) => {
    const kind = (operation: Operation) => ownFailure(code, '', { operation, params: {} }).kind;
    expect(WRITE_OPERATIONS.map(kind)).toEqual(WRITE_OPERATIONS.map(() => write));
    expect(kind('DescribeSecurityGroupAttribute')).toBe(read);
  });

  it('a group that is gone: a write replans, a read is reported', () => {
    expect(kindOf('InvalidSecurityGroupId.NotFound', 404, 'RevokeSecurityGroup')).toBe('replan');
    expect(kindOf('InvalidSecurityGroupId.NotFound', 404, 'DescribeSecurityGroupAttribute')).toBe('rejected');
  });

  it.each([
    'InvalidSecurityGroupRuleId.NotFound',
    'InvalidSecurityGroupRule.RuleNotExist',
    'InvalidParam.SecurityGroupRuleId',
    'InvalidGroupAuthItem.NotFound',
    'SecurityGroupRule.NotFound',
  ])('%s: revoking that one rule is done; of several, no one knows which are left', (code) => {
    expect(kindOf(code, 404, 'RevokeSecurityGroup', ONE_RULE)).toBe('done');
    expect(kindOf(code, 404, 'RevokeSecurityGroupEgress', ONE_RULE)).toBe('done');
    expect(kindOf(code, 404, 'RevokeSecurityGroup', TWO_RULES)).toBe('replan');
    expect(kindOf(code, 404, 'ModifySecurityGroupRule', { SecurityGroupRuleId: 'sgr-1' })).toBe('replan');
  });
});

describe('codes that no one documents', () => {
  it.each<[FailureKind, FailureKind, number, string]>([
    ['throttled', 'throttled', 403, 'Throttling.Something.New'],
    ['throttled', 'throttled', 400, 'Api.throttling'],
    ['throttled', 'throttled', 429, 'TooManyRequests'],
    ['unknown', 'retry', 500, 'Whatever'],
    ['unknown', 'retry', 503, 'ServiceUnavailable.New'],
    ['unknown', 'retry', 502, 'InvalidSomething'],
    ['unknown', 'retry', 400, 'IdempotentSomething'],
    ['unknown', 'retry', 200, 'Whatever'],
    ['unknown', 'retry', 302, 'Whatever'],
    ['unknown', 'retry', 408, 'Whatever'],
    ['retry', 'retry', 409, 'Whatever'],
    ['denied', 'denied', 403, 'Whatever'],
    ['denied', 'denied', 401, 'Whatever'],
    ['denied', 'denied', 400, 'Forbidden.Something'],
    ['denied', 'denied', 400, 'InvalidSecurityToken.Something'],
    ['denied', 'denied', 400, 'MissingSignature'],
    ['denied', 'denied', 400, 'InvalidTimestamp.Something'],
    ['rejected', 'rejected', 400, 'Whatever'],
    ['rejected', 'rejected', 404, 'Whatever'],
    ['rejected', 'rejected', 403, 'InvalidSomething.Mismatch'],
    ['rejected', 'rejected', 403, 'LimitExceed.Something'],
  ])('%s (a read: %s): HTTP %i %s', (write, read, status, code) => {
    expect(kindOf(code, status, 'AuthorizeSecurityGroup')).toBe(write);
    expect(kindOf(code, status, 'DescribeSecurityGroups')).toBe(read);
  });
});

describe('the failure', () => {
  const call = { operation: 'RevokeSecurityGroup', params: {} } as const;

  it('keeps what the vendor said', () => {
    expect(refusalFailure(refusal('Throttling', 400, { retryAfterMs: 2000 }), call)).toEqual({
      kind: 'throttled',
      code: 'Throttling',
      message: 'The message.',
      requestId: 'R-1',
      httpStatus: 400,
      retryAfterMs: 2000,
    });
  });

  it('names the missing action: the one that RAM names, or that of the call', () => {
    const named = refusal('Forbidden.RAM', 403, { missingAction: 'ecs:Something' });
    expect(refusalFailure(named, call).message).toBe(
      'The message. (allow ecs:Something to this identity in RAM)',
    );
    expect(refusalFailure(refusal('NoPermission', 403), call).message).toContain('ecs:RevokeSecurityGroup');
  });

  it('says what the operator can do', () => {
    expect(refusalFailure(refusal('InvalidTimeStamp.Expired', 400), call).message).toContain('clock');
    expect(refusalFailure(refusal('AuthorizationLimitExceed', 403), call).message).toContain('quota');
  });

  it('is scrubbed, whatever it is made of', () => {
    const failure = ownFailure(
      'Transport.BadAnswer',
      'at http://h/?SecurityToken=t0k3n&Signature=s1g',
      call,
      500,
    );
    expect(failure).toMatchObject({ message: 'at http://h', httpStatus: 500 });
  });
});
