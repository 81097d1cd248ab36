// `rampart check`: is this packet allowed, and by what.
import { type Command, Option } from 'commander';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import { isInForce, type DesiredGroup } from '../../reconciler/model/group.ts';
import { DIRECTIONS, ruleIdentity } from '../../reconciler/model/rule.ts';
import { declaredDocument, desiredDocument } from '../../reconciler/model/rule-document.ts';
import { compareDescribed } from '../../reconciler/plan/diff/diff.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { checkPacket, type CheckedGroup } from './check/answer.ts';
import { answerAsJson, answerAsText } from './check/output.ts';
import { parsePacket, type PacketFlags } from './check/question.ts';
import { UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { openSession, readPolicies } from '../compose/session.ts';
import { addCommonFlags, addTimeoutFlag, choice, readConfig, type CommonFlags } from '../compose/setup.ts';
import { READ_ONLY } from './embedded-emulator.ts';

interface CheckFlags extends CommonFlags, PacketFlags {
  readonly group: string;
  readonly live?: true;
  readonly json?: true;
}

export function addCheckCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('check')))
    .description('Is this packet allowed, and by which rule? Exit code: 0 accept, 2 drop, 1 error.')
    .requiredOption('--group <ID>', 'the group; by the name that its policy has, if it has no id there')
    .addOption(new Option('--direction <DIRECTION>').choices(DIRECTIONS).makeOptionMandatory())
    .requiredOption('--protocol <P>', 'tcp, udp, icmp, icmpv6, gre, or a protocol number')
    .option('--port <N>', 'destination port; only for tcp and udp')
    .requiredOption('--peer <PEER>', 'the far side: an address, sg-… or pl-…; may be repeated', added)
    .option('--source-port <N>', 'source port (default: not known)')
    .option('--own <IP>', "address on the group's side (default: not known)")
    .addOption(
      choice('--family <FAMILY>', 'where no address and no protocol says it (default: ipv4)', FAMILIES),
    )
    .addOption(choice('--nic-type <TYPE>', 'the card; for classic networks', NIC_TYPES).default('intranet'))
    .option('--live', 'ask the rules that the cloud has now, not those of the policies')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nWhat is not given is not known, and only rules that leave it open match. An address may also be a member' +
        '\nof groups and prefix lists; repeat --peer to name them: --peer 10.0.0.7 --peer sg-bp1lb.',
    )
    .action((flags: CheckFlags) => runCheck(flags, io).then(done));
}

const FAMILIES = ['ipv4', 'ipv6'];
const NIC_TYPES = ['intranet', 'internet'];

const added = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

async function runCheck(flags: CheckFlags, io: Io): Promise<ExitCode> {
  const packet = parsePacket(flags);
  if (!packet.ok) throw new UsageError(packet.error.join('\n'));
  const config = readConfig(flags);
  const group = await (flags.live === true ? liveGroup : desiredGroup)(config, flags, io);
  const answer = checkPacket(group, packet.value);
  io.stdout.write(flags.json === true ? answerAsJson(answer) : answerAsText(answer));
  return answer.decision.action === 'accept' ? 0 : 2;
}

async function desiredGroup(config: Config, flags: CheckFlags, io: Io): Promise<CheckedGroup> {
  const { groups } = (await readPolicies(config, io)).desired;
  const group = chosen(groups, flags.group);
  const { account, region, ignore } = group;
  const rules = group.rules[flags.direction];
  if (rules === null) {
    throw new UsageError(
      `the policies do not manage ${flags.direction} of ${flags.group}; --live asks the cloud`,
    );
  }
  const nowMs = systemClock.nowMs();
  return {
    account,
    region,
    id: flags.group,
    side: 'desired',
    rules: rules
      .filter((rule) => isInForce(rule, nowMs))
      .map((desired) => ({ rule: desired.rule, document: desiredDocument(desired) })),
    context: groupContext({ id: flags.group, type: 'normal', innerAccess: 'accept' }),
    caveats:
      ignore.length === 0 ? [] : ['rules of the cloud that `ignore` leaves alone are seen with --live only'],
  };
}

function chosen(groups: readonly DesiredGroup[], text: string): DesiredGroup {
  const matching = groups.filter(
    ({ selector }) =>
      (selector.kind === 'id' && selector.id === text) ||
      (selector.kind === 'name' && selector.name === text),
  );
  const [group, ...others] = matching;
  if (others.length > 0) {
    const places = matching.map(({ account, region }) => `${account}/${region}`).join(', ');
    throw new UsageError(`several groups are called ${text}: ${places}; name one by its id, with --live`);
  }
  if (group !== undefined) return group;
  const isVague = groups.some(({ selector }) => selector.kind !== 'id');
  const hint = isVague
    ? '; one that its policy finds by name or tags can be named by its id with --live'
    : '';
  throw new UsageError(`no policy names a group ${text}${hint}`);
}

async function liveGroup(config: Config, flags: CheckFlags, io: Io): Promise<CheckedGroup> {
  const session = await openSession(config, flags, io, READ_ONLY);
  try {
    const [target] = session.targets;
    if (target === undefined) throw new UsageError(`no policy names a group ${flags.group}`);
    const { account, region, id } = target.policy;
    const answer = await session.engine.ecs.describeGroup(target.policy);
    if (!answer.ok) throw new UsageError(`${answer.error.code}: ${answer.error.message}`);
    const group = answer.value;
    // Lists that the policy alone names have no say in what the cloud lets through.
    const named = { ...target.policy, rules: { ingress: null, egress: null } };
    const { read } = await session.engine.lists.of(named, group);
    const wanted = target.policy.rules[flags.direction] ?? [];
    const declared = new Map(wanted.map((desired) => [ruleIdentity(desired.rule), desired]));
    return {
      account,
      region,
      id,
      side: 'live',
      rules: group.rules
        .filter(({ rule }) => rule.direction === flags.direction)
        .sort(compareDescribed)
        .map((described) => ({
          rule: described.rule,
          document: declaredDocument(described, declared.get(ruleIdentity(described.rule))),
        })),
      context: groupContext(group, read),
      caveats: [],
    };
  } finally {
    await session.close();
  }
}
