// Each RAM action that this config needs: reads are tried in each region, with no more asked than one page; of writes no one
// is sent, and the statement that each needs is printed.
import { z } from 'zod';
import { OPERATIONS, WRITE_OPERATIONS } from '../../../reconciler/model/operation.ts';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { systemClock } from '../../clock.ts';
import { ECS_ACTIONS, ramStatement, type RamAction } from '../../ecs/ram.ts';
import type { PopTransport } from '../../ecs/transport/pop-transport.ts';
import type { WireParams } from '../../ecs/api.ts';
import { filterByIds } from '../../ecs/heads/group-pages.ts';
import { askPatiently, callVerdict, type CallVerdict } from './answers.ts';
import { broken, doubtful, fine, untried, type DoctorCheck } from './check.ts';

export interface TriedAction {
  readonly account: string;
  readonly region: string;
  readonly action: RamAction;
  readonly verdict: CallVerdict;
}

type Caller = Pick<PopTransport, 'call'>;

export interface ReadPorts {
  readonly account: string;
  readonly region: string;
  readonly ecs: Caller;
  /** Null: the config does not ask ActionTrail. */
  readonly trail: Caller | null;
  /** Of a group of the policies there, if one is named. */
  readonly group: string | null;
  readonly timeoutMs: number;
}

const idsSchema = (list: string, id: string) =>
  z.looseObject({ [list]: z.array(z.looseObject({ [id]: z.string() })) });
const groupsSchema = z.looseObject({ SecurityGroups: idsSchema('SecurityGroup', 'SecurityGroupId') });

/** Of what there is none of: RAM is asked before anything is looked for. */
const MADE_UP = { group: 'sg-rampartdoctor', prefixList: 'pl-rampartdoctor', portList: 'prl-rampartdoctor' };

/** The reads of one region, one after another where one needs what another found. */
export async function tryReads(ports: ReadPorts): Promise<readonly TriedAction[]> {
  const { account, region, ecs, trail, timeoutMs } = ports;
  const attempt = async (
    service: 'ecs' | 'actiontrail',
    operation: string,
    params: WireParams = {},
  ): Promise<TriedAction> => {
    const caller = service === 'ecs' ? ecs : trail;
    if (caller === null) throw new Error(`${service} is not asked`);
    const answer = await askPatiently(
      () => caller.call(operation, { RegionId: region, ...params }),
      systemClock,
      timeoutMs,
    );
    return { account, region, action: `${service}:${operation}`, verdict: callVerdict(answer) };
  };
  const filter = ports.group === null ? {} : filterByIds([ports.group]);
  const listed = await attempt('ecs', 'DescribeSecurityGroups', { MaxResults: '1', ...filter });
  if (listed.verdict.kind === 'unknown caller' || listed.verdict.kind === 'unanswered') return [listed];
  const SecurityGroupId = ports.group ?? firstGroup(listed.verdict) ?? MADE_UP.group;
  const lists = async (all: string, one: string, params: WireParams): Promise<readonly TriedAction[]> =>
    Promise.all([attempt('ecs', all), attempt('ecs', one, params)]);
  const others = await Promise.all([
    attempt('ecs', 'DescribeSecurityGroupAttribute', { SecurityGroupId, MaxResults: '10' }),
    lists('DescribePrefixLists', 'DescribePrefixListAttributes', { PrefixListId: MADE_UP.prefixList }),
    lists('DescribePortRangeLists', 'DescribePortRangeListEntries', { PortRangeListId: MADE_UP.portList }),
    attempt('ecs', 'DescribeRegions'),
    trail === null ? [] : attempt('actiontrail', 'LookupEvents', { MaxResults: '1' }),
  ]);
  return [listed, ...others.flat()];
}

function firstGroup(verdict: CallVerdict): string | null {
  const parsed = verdict.kind === 'allowed' ? groupsSchema.safeParse(verdict.body) : null;
  const id = parsed?.success === true ? parsed.data.SecurityGroups.SecurityGroup?.[0]?.SecurityGroupId : null;
  return typeof id === 'string' ? id : null;
}

const OF_LISTS =
  'without it a rule that names a list counts once against the quota, and what guardrails say of it is unknown';

/** What the daemon can do without, and what it loses. */
const ONLY_FOR: ReadonlyMap<RamAction, string> = new Map<RamAction, string>([
  ...ECS_ACTIONS.filter(isOfLists).map((action) => [action, OF_LISTS] as const),
  ['ecs:DescribeRegions', '`import --all` alone needs it'],
  ['quotas:ListProductQuotas', '`doctor` alone needs it, to compare rates'],
]);

function isOfLists(action: RamAction): boolean {
  const row = Object.entries(OPERATIONS).find(([name]) => action === `ecs:${name}`)?.[1];
  return row?.effect === 'reads' && row.subject === 'lists';
}

/** One line for each action and outcome, whatever the number of regions. */
export function readChecks(tried: readonly TriedAction[]): readonly DoctorCheck[] {
  const alike = ({ account, action, verdict }: TriedAction): string =>
    JSON.stringify([
      account,
      action,
      verdict.kind,
      verdict.kind === 'allowed' ? verdict.answer : verdict.code,
    ]);
  return [...groupBy(tried, alike).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const regions = same.map(({ region }) => region).sort();
    return [{ ...readCheck(first), account: first.account, regions, action: first.action }];
  });
}

function readCheck({ action, verdict }: TriedAction): DoctorCheck {
  const only = ONLY_FOR.get(action);
  const failed = (message: string, cure: string): DoctorCheck =>
    only === undefined ? broken('ram', message, cure) : doubtful('ram', `${message}; ${only}`, cure);
  switch (verdict.kind) {
    case 'allowed':
      return fine(
        'ram',
        `${action} is allowed${verdict.answer === '' ? '' : ` (answer: ${verdict.answer})`}`,
      );
    case 'denied':
      return failed(
        `${action} is denied: ${verdict.code}: ${verdict.message}`,
        `add to a RAM policy of this identity: ${ramStatement(action)}`,
      );
    case 'unknown caller':
      return untried('ram', `${action}: the credentials are not taken (${verdict.code})`);
    case 'unanswered':
      return failed(
        `${action}: ${verdict.code}: ${verdict.message}`,
        'try again in a minute; `--timeout 60` waits longer for an answer',
      );
  }
}

/** `done`: those that were sent after all. */
export function writeChecks(account: string, done: ReadonlySet<RamAction>): readonly DoctorCheck[] {
  return WRITE_OPERATIONS.flatMap((operation) => {
    const action: RamAction = `ecs:${operation}`;
    if (done.has(action)) return [];
    const what = `${OPERATIONS[operation].verb} ${OPERATIONS[operation].direction} rules`;
    const message = `${action} (${what}) is not sent; the modes additive and enforce need ${ramStatement(action)}`;
    return [{ ...untried('ram', message), account, action }];
  });
}
