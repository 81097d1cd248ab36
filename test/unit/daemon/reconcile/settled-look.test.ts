// Looks at a group that is as its policy says, one after the other, over the emulator in this process: what the last one
// noted is not noted again, and is noted again after anything came between.
import { expect, it } from 'vitest';
import { ruleParams } from '../../../../daemon/ecs/convert/rule-params.ts';
import { JournalError } from '../../../../daemon/journal/journal.ts';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';
import { wrappedJournal } from '../../../support/wrapped-journal.ts';

const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });
const HERE = { account: 'default', region: 'cn-hangzhou', id: SELF };

/** A group that was looked at until there was nothing more to note. */
async function setUp() {
  const scene = emulatedEngine({ rules: [WEB, TLS] });
  const { journal } = scene.engine;
  const asked = { marks: 0 };
  const state = { opens: true };
  const engine = {
    ...scene.engine,
    journal: wrappedJournal(journal, {
      marks: (group) => {
        asked.marks += 1;
        return journal.marks(group);
      },
      mark: (group, marks) => {
        asked.marks += 1;
        return journal.mark(group, marks);
      },
      openIntent: (draft) =>
        state.opens ? journal.openIntent(draft) : Promise.reject(new JournalError('unavailable', 'gone')),
    }),
  };
  const policy = policyOf([WEB, TLS]);
  // Whatever was written then, reads no longer lag behind it.
  let memory = newGroupMemory(-3_600_000);
  const look = async () => {
    const request = { policy, cause: 'drift', revision: 'r1', approvedPlan: null, memory } as const;
    const reconciled = await reconcileGroup(engine, request, new AbortController().signal);
    memory = reconciled.memory;
    return reconciled.outcome;
  };
  for (let looks = 0; looks < 4; looks += 1) await look();
  return { ...scene, journal, asked, state, look };
}

it('which revision the group has is neither read nor written at one more look', async () => {
  const { journal, asked, look } = await setUp();
  expect(await journal.marks(HERE)).toMatchObject({ applied: 'r1' });
  expect(asked.marks).toBeGreaterThan(0);
  asked.marks = 0;
  expect(await look()).toMatchObject({ kind: 'converged', changes: 0 });
  expect(asked.marks).toBe(0);
});

it('the group has the revision again after a plan for which the journal failed was not needed any more', async () => {
  const { journal, state, world, look } = await setUp();
  const id = world.rules(SELF).find(({ PortRange }) => PortRange === '443/443')?.SecurityGroupRuleId ?? '';
  // The rule stays the same one, so that the group is in the end what it was at the last look.
  const alter = (to: Rule) => {
    const params = { SecurityGroupId: SELF, SecurityGroupRuleId: id, ...ruleParams(to) };
    expect(world.call('ModifySecurityGroupRule', params)).toMatchObject({ ok: true });
  };
  alter(rule({ ports: '8443', peer: '10.0.0.0/8' }));
  state.opens = false;
  expect(await look()).toMatchObject({ kind: 'not-converged' });
  expect(await journal.marks(HERE)).toMatchObject({ applied: null });
  alter(TLS);
  state.opens = true;
  expect(await look()).toMatchObject({ kind: 'converged', changes: 0 });
  expect(await journal.marks(HERE)).toMatchObject({ applied: 'r1' });
});
