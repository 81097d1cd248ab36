import { describe, expect, it } from 'vitest';
import {
  isWriteOperation,
  OPERATION_NAMES,
  OPERATIONS,
  operationOf,
  WRITE_OPERATIONS,
} from '../../../../reconciler/model/operation.ts';

describe('the table of operations', () => {
  it('names a write after its verb and its direction', () => {
    const names = WRITE_OPERATIONS.map((name) => [OPERATIONS[name].verb, OPERATIONS[name].direction, name]);
    expect(names).toEqual([
      ['authorize', 'ingress', 'AuthorizeSecurityGroup'],
      ['authorize', 'egress', 'AuthorizeSecurityGroupEgress'],
      ['modify', 'ingress', 'ModifySecurityGroupRule'],
      ['modify', 'egress', 'ModifySecurityGroupEgressRule'],
      ['revoke', 'ingress', 'RevokeSecurityGroup'],
      ['revoke', 'egress', 'RevokeSecurityGroupEgress'],
    ]);
  });

  it('finds the operation of every step of a plan', () => {
    for (const name of WRITE_OPERATIONS) {
      const { verb, direction } = OPERATIONS[name];
      expect(operationOf({ kind: verb, direction })).toBe(name);
    }
  });

  it('calls exactly the operations that describe something reads', () => {
    const reads = OPERATION_NAMES.filter((name) => !isWriteOperation(name));
    expect(reads).toEqual(OPERATION_NAMES.filter((name) => name.startsWith('Describe')));
  });
});
