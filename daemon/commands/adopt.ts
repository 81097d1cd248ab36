// `rampart adopt`: a person says that rules which we did not bring are ours all the same (`ownership: declared`).
import type { Command } from 'commander';
import { counted } from '../../reconciler/model/counted.ts';
import type { DescribedGroup, DescribedRule } from '../../reconciler/model/group.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import { ownershipOf } from '../../reconciler/plan/diff/ownership.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { parseReason } from '../cli/reason.ts';
import { whoami } from '../cli/who.ts';
import { systemClock } from '../clock.ts';
import { withDesk } from '../compose/open-journal.ts';
import { openSession } from '../compose/session.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../compose/setup.ts';
import type { Config } from '../config/config.ts';
import { ownedRules } from '../reconcile/safety/owned-rules.ts';
import { READ_ONLY } from './embedded-emulator.ts';

interface AdoptFlags extends CommonFlags {
  readonly group: string;
  readonly rule?: readonly string[];
  readonly reason: string;
}

export function addAdoptCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('adopt'))
    .description(
      'Declare rules of a group to be ours, as `ownership: declared` understands it. Exit code: 0 adopted, 1 not.',
    )
    .requiredOption('--group <ID>', 'the group; a policy must name it')
    .option(
      '--rule <ID...>',
      'these rules (default: every rule of the group that the policy does not ignore)',
    )
    .requiredOption('--reason <TEXT>', 'why; it is kept with the rules', flagOf(parseReason))
    .addHelpText(
      'after',
      '\nNothing is written to the cloud. From its next reconcile on, a running daemon removes those of the rules that no ' +
        'policy declares.',
    )
    .action((flags: AdoptFlags) => runAdopt(flags, io).then(done));
}

async function runAdopt(flags: AdoptFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  return withDesk<ExitCode>(config, async (desk) => {
    const { policy, described } = await groupNow(config, flags, io);
    const owned = ownedRules(await desk.facts(described), described);
    const chosen = rulesChosen(policy, described, flags.rule).filter(
      ({ id }) => id !== null && !owned.has(id),
    );
    if (chosen.length === 0) {
      line(io.stderr, `there is nothing to adopt: these rules of ${described.id} are ours already`);
      return 0;
    }
    const about = { by: whoami(), reason: flags.reason, atMs: systemClock.nowMs() };
    const adopted = chosen.flatMap(({ id }) => (id === null ? [] : [{ id, ...about }]));
    await desk.adopt({ account: described.account, region: described.region, id: described.id }, adopted);
    for (const { id, rule } of chosen) line(io.stdout, `adopted: ${id ?? ''} ${describeRule(rule)}`);
    tellMeaning(policy, chosen, io);
    return 0;
  });
}

async function groupNow(
  config: Config,
  flags: AdoptFlags,
  io: Io,
): Promise<{ readonly policy: GroupPolicy; readonly described: DescribedGroup }> {
  const session = await openSession(config, flags, io, READ_ONLY);
  try {
    const [target] = session.targets;
    if (target === undefined) throw new UsageError(`no policy names a group ${flags.group}`);
    const { policy } = target;
    const described = await session.engine.ecs.describeGroup(policy);
    if (!described.ok) throw new UsageError(`${policy.id} could not be read: ${described.error.message}`);
    return { policy, described: described.value };
  } finally {
    await session.close();
  }
}

/** Of the managed directions. */
function rulesChosen(
  policy: GroupPolicy,
  described: DescribedGroup,
  ids: readonly string[] | undefined,
): readonly DescribedRule[] {
  const { foreign, managed } = ownershipOf({ ...policy, ownership: 'declared' }, described);
  const rules = [...foreign, ...managed];
  if (rules.some(({ id }) => id === null)) {
    throw new UsageError(`the API of ${policy.id} has no rule ids, so no rule can be told to be ours`);
  }
  if (ids === undefined) return rules;
  const unknown = ids.filter((id) => !rules.some((rule) => rule.id === id));
  if (unknown.length === 0) return rules.filter(({ id }) => id !== null && ids.includes(id));
  throw new UsageError(
    `${described.id} has no rule ${unknown.join(', ')} that its policy manages; it has ${rules.map(({ id }) => id).join(', ')}`,
  );
}

function tellMeaning(
  { ownership = 'exclusive' }: GroupPolicy,
  { length }: readonly DescribedRule[],
  { stderr }: Io,
): void {
  line(
    stderr,
    ownership === 'declared'
      ? `${counted(length, 'rule')} adopted; \`rampart plan\` shows what becomes of them`
      : 'the policy says `ownership: exclusive`, so every rule of the group was managed before',
  );
}
