import { expect, it } from 'vitest';
import { effectOf } from '../../../../daemon/journal/effect.ts';
import { ruleIdentity } from '../../../../reconciler/model/rule.ts';
import { desired, described } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const SSH = rule({ ports: '22', peer: '10.0.0.0/8', description: 'ssh' });
const WEB = rule({ ports: '443', peer: '10.0.0.0/8' });
const at = { direction: 'ingress', checkpoint: false } as const;
const [ssh, web] = described([SSH, WEB]);
if (ssh === undefined || web === undefined) throw new Error('two rules are described');

it('an authorization adds its rules, which have no ids yet', () => {
  expect(effectOf({ kind: 'authorize', ...at, rules: [desired(SSH), desired(WEB)] })).toEqual({
    adds: [
      { identity: ruleIdentity(SSH), id: null, description: 'ssh' },
      { identity: ruleIdentity(WEB), id: null, description: null },
    ],
    removes: [],
  });
});

it('a revocation removes its rules by their ids', () => {
  expect(effectOf({ kind: 'revoke', ...at, targets: [ssh, { ...web, id: null }] })).toEqual({
    adds: [],
    removes: [
      { identity: ruleIdentity(SSH), id: 'sgr-0' },
      { identity: ruleIdentity(WEB), id: null },
    ],
  });
});

it('a modification removes a rule as it was and adds it as it will be, with its description if it gets no other', () => {
  const wanted = rule({ ports: '22', peer: '10.1.0.0/16' });
  expect(effectOf({ kind: 'modify', ...at, target: ssh, to: desired(wanted) })).toEqual({
    adds: [{ identity: ruleIdentity(wanted), id: 'sgr-0', description: 'ssh' }],
    removes: [{ identity: ruleIdentity(SSH), id: 'sgr-0' }],
  });
  const described = { ...wanted, description: 'admin' };
  expect(effectOf({ kind: 'modify', ...at, target: ssh, to: desired(described) }).adds).toMatchObject([
    { description: 'admin' },
  ]);
});
