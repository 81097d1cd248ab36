// A live group as a policy file that leaves it as it is: written, read again as the daemon would, and planned.
import { counted } from '../../../reconciler/model/counted.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { planGroup } from '../../../reconciler/plan/plan-group.ts';
import { compilePolicies } from '../../../reconciler/policy/compile/compile.ts';
import { parsePolicyFile } from '../../../reconciler/policy/read/file.ts';
import { renderGroup, type UnsayableRule } from '../../../reconciler/policy/report/render-group.ts';
import {
  sharedNamesIn,
  NO_NAMES,
  renderNames,
  type SharedNames,
} from '../../../reconciler/policy/report/shared-names.ts';
import { problemText } from '../../compose/setup.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { TargetResolver } from '../../schedule/selectors.ts';

export interface TextPorts {
  readonly engine: Engine;
  readonly accounts: readonly string[];
  readonly names: SharedNames;
  /** Stands at the head; null: nothing does. */
  readonly schemaLine: string | null;
}

export interface PolicyText {
  readonly text: string;
  readonly unsayable: number;
}

/** The text for this file, or why there is none that would leave the group as it is. */
export async function policyTextOf(
  group: DescribedGroup,
  file: string,
  ports: TextPorts,
): Promise<Result<PolicyText, readonly string[]>> {
  const whole = renderGroup(group, { names: ports.names });
  const doubts = await doubtsOf(whole, file, group, ports);
  if (doubts.length === 0) return ok({ text: withHead(whole, ports), unsayable: 0 });
  const unsayable = unsayableRules(group, ports);
  if (unsayable.length === 0) return err(doubts);
  const rest = renderGroup(group, { names: ports.names, unsayable });
  const left = await doubtsOf(rest, file, group, ports);
  return left.length === 0 ? ok({ text: withHead(rest, ports), unsayable: unsayable.length }) : err(doubts);
}

const withHead = (text: string, { schemaLine }: TextPorts): string =>
  schemaLine === null ? text : `${schemaLine}\n${text}`;

/** Each rule is tried in a policy of its own; two that a policy takes for one rule are both left out of it. */
function unsayableRules(group: DescribedGroup, { accounts }: TextPorts): readonly UnsayableRule[] {
  const seen = new Map<string, number>();
  for (const { rule } of group.rules) seen.set(ruleIdentity(rule), (seen.get(ruleIdentity(rule)) ?? 0) + 1);
  return group.rules.flatMap((described) => {
    const { rule } = described;
    if ((seen.get(ruleIdentity(rule)) ?? 0) > 1)
      return [{ rule, why: 'the group has it twice, in two spellings' }];
    const text = renderGroup({ ...group, rules: [described] });
    const { problems } = compilePolicies([parsePolicyFile({ path: 'rule.yaml', text })], {
      accounts: [...accounts],
    });
    const [first] = problems;
    return first === undefined ? [] : [{ rule, why: first.message.replaceAll(/\s+/g, ' ') }];
  });
}

/** Why the text would not leave the group as it is; empty if it would. */
async function doubtsOf(
  text: string,
  file: string,
  group: DescribedGroup,
  { engine, accounts, names }: TextPorts,
): Promise<readonly string[]> {
  // All the names of a large estate for each of its groups would be work that grows with its square.
  const shared = names === NO_NAMES ? null : renderNames(sharedNamesIn(text, names));
  const files = [
    parsePolicyFile({ path: file, text }),
    ...(shared === null ? [] : [parsePolicyFile({ path: 'names.yaml', text: shared })]),
  ];
  const { groups, problems } = compilePolicies(files, { accounts: [...accounts] });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const lines = text.split('\n');
    return errors.map((problem) => `${problemText(problem)}: ${lines[problem.line - 1]?.trim() ?? ''}`);
  }
  const { meant } = await new TargetResolver(engine, 'enforce').resolve(groups, 0);
  return [...meant.values()].flatMap(({ group: desired }) => {
    const { planOptions: settings, clock } = engine;
    const { status, steps } = planGroup({ desired, described: group, settings, nowMs: clock.nowMs() });
    return status === 'converged'
      ? []
      : [`a plan with this policy would have ${counted(steps.length, 'call')}`];
  });
}
