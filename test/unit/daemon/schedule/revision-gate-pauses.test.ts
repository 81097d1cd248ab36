// How a revision is judged beside everything else that the daemon does.
import { expect, it } from 'vitest';
import { assessRevision } from '../../../../daemon/schedule/revision-gate.ts';
import { NO_ESTATE_FACTS } from '../../../../daemon/journal/facts.ts';
import type { DesiredState } from '../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { DEFAULT_BRAKE } from '../../../../reconciler/plan/safety.ts';
import { NO_GUARDRAILS } from '../../../../reconciler/policy/compile/compile-guardrails.ts';
import { desired } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const ssh = rule({ ports: '22' });

const state = (rules: readonly Rule[]): DesiredState => ({
  revision: 'r',
  groups: Array.from({ length: 12 }, (_, index) => ({
    account: 'default',
    region: 'cn-hangzhou',
    selector: { kind: 'id', id: `sg-${index}` },
    mode: null,
    alone: false,
    ignore: [],
    rules: { ingress: rules.map(desired), egress: [] },
    source: { file: 'web.yaml', line: 1, column: 1 },
  })),
  expectations: [],
  guardrails: [],
});

it('lets health checks and signals in while it judges a revision of many groups', async () => {
  let nowMs = 0;
  let pauses = 0;
  // Each look at the clock is 30 ms later: a group takes that long.
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => (nowMs += 30),
    sleep: () => {
      pauses += 1;
      return Promise.resolve();
    },
  };
  const live = () => ({
    brake: DEFAULT_BRAKE,
    guardrails: NO_GUARDRAILS,
    freeze: [],
    expiryNoticeHours: [],
    breakGlass: { maxHours: null },
    metrics: { perGroup: 'problems' as const },
    notify: [],
  });
  const desk = {
    estateFacts: () => Promise.resolve({ ...NO_ESTATE_FACTS, desired: state([web, ssh]) }),
    approvals: () => Promise.resolve([]),
  };
  const found = await assessRevision({ clock, live }, desk, { state: state([web]), content: 'sha256:ab' });
  expect(found).toMatchObject({ kind: 'held', held: { losing: { length: 12 } } });
  expect(pauses).toBeGreaterThan(3);
});
