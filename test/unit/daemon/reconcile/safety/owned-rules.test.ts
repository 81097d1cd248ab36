import { describe, expect, it } from 'vitest';
import { effectOf } from '../../../../../daemon/journal/effect.ts';
import { NO_GROUP_FACTS } from '../../../../../daemon/journal/facts.ts';
import {
  ownedAfterCall,
  ownedAfterRead,
  ownedRules,
} from '../../../../../daemon/reconcile/safety/owned-rules.ts';
import { described, desired, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const GROUP = groupOf(described([WEB, SSH]));

const adding = effectOf({
  kind: 'authorize',
  direction: 'ingress',
  checkpoint: false,
  rules: [desired(WEB)],
});
const changing = effectOf({
  kind: 'modify',
  direction: 'ingress',
  checkpoint: false,
  target: { rule: rule({ ports: '23' }), id: 'sgr-old', selector: {} },
  to: desired(SSH),
});

describe('the rules that are ours', () => {
  it('are those that calls have added, by the ids of the next read, and no others', () => {
    const known = ownedAfterCall(NO_GROUP_FACTS, adding);
    expect([...ownedRules({ ...NO_GROUP_FACTS, ...known }, GROUP)]).toEqual(['sgr-0']);
    expect(ownedAfterRead(known, GROUP)).toEqual({ ownedRules: ['sgr-0'], broughtRules: [] });
  });

  it('are not those that appear later, when what was added had its time to be seen', () => {
    const seen = ownedAfterRead(ownedAfterCall(NO_GROUP_FACTS, adding), groupOf([]));
    expect(ownedAfterRead(seen, GROUP).ownedRules).toEqual([]);
  });

  it('are those that a call has changed, also where the cloud gives them another id', () => {
    const known = ownedAfterCall(NO_GROUP_FACTS, changing);
    expect(ownedAfterRead(known, GROUP).ownedRules).toEqual(['sgr-old', 'sgr-1']);
  });

  it('are those that someone adopted', () => {
    const adoptedRules = [{ id: 'sgr-1', by: 'ada@build', reason: 'ours', atMs: 1 }];
    expect([...ownedRules({ ...NO_GROUP_FACTS, adoptedRules }, GROUP)]).toEqual(['sgr-1']);
  });

  it('are forgotten when they are gone and there are too many', () => {
    const many = Array.from({ length: 2001 }, (_, at) => `sgr-gone-${at}`);
    const left = ownedAfterRead({ ownedRules: [...many, 'sgr-0'], broughtRules: [] }, GROUP);
    expect(left.ownedRules).toEqual(['sgr-0']);
  });
});
