// `--try-writes`: a Revoke and a Modify that can change nothing, since they name a rule that does not exist. Where an endpoint
// might not heed rule ids, nothing is sent: the API of 2019 would go by the other fields of a call.
import { randomInt } from 'node:crypto';
import type { WriteOperation } from '../../../reconciler/model/operation.ts';
import { askYes } from '../../cli/ask.ts';
import type { Io } from '../../cli/io.ts';
import { systemClock } from '../../clock.ts';
import type { AccountConfig } from '../../config/accounts/accounts-schema.ts';
import type { Place } from '../../ecs/api.ts';
import { groupPageSchema, rulePageSchema } from '../../ecs/convert/answer-schemas.ts';
import { filterByIds } from '../../ecs/heads/group-pages.ts';
import { ramStatement, type RamAction } from '../../ecs/ram.ts';
import type { PopTransport } from '../../ecs/transport/pop-transport.ts';
import { askPatiently, callVerdict, type CallVerdict } from './answers.ts';
import { broken, fine, untried, type DoctorCheck } from './check.ts';

export interface WritePorts {
  readonly io: Io;
  readonly group: string;
  /** Where it may be; the first that shows it counts. */
  readonly places: readonly Place[];
  readonly accountOf: (name: string) => AccountConfig;
  readonly transportOf: (account: string) => Pick<PopTransport, 'call'>;
  readonly timeoutMs: number;
}

export interface TriedWrites {
  readonly checks: readonly DoctorCheck[];
  readonly done: ReadonlySet<RamAction>;
  readonly account: string | null;
}

const SENT: readonly WriteOperation[] = ['RevokeSecurityGroup', 'ModifySecurityGroupRule'];
const RULES_A_PAGE = '1000';

export async function tryWrites(ports: WritePorts): Promise<TriedWrites> {
  const { io, group } = ports;
  const at = await groupPlace(ports);
  if (at === null) {
    const where = ports.places.map(({ account, region }) => `${account} ${region}`).join(', ');
    return notTried(
      null,
      `no group ${group} that may be written to is seen in ${where}`,
      'name one that `rampart plan` shows and that no cloud product owns',
    );
  }
  const known = await idsOfRules(ports, at);
  if ('check' in known) return { ...NOT_SENT, checks: [{ ...known, account: at.account }] };
  const ruleId = newRuleId(known);
  const question =
    `Send to ${group} (account ${at.account}, region ${at.region}) a ${SENT.join(' and a ')} ` +
    `by the rule id ${ruleId}, which does not exist?`;
  if (!(await askYes(io, question))) {
    const why = `nothing was sent to ${group}`;
    return { ...NOT_SENT, checks: [{ ...untried('ram', why), account: at.account }] };
  }
  const checks: DoctorCheck[] = [];
  for (const operation of SENT) checks.push(await trial(ports, at, { operation, ruleId }));
  return { checks, done: new Set(SENT.map((name): RamAction => `ecs:${name}`)), account: at.account };
}

const NOT_SENT = { done: new Set<RamAction>(), account: null };

function notTried(account: string | null, message: string, cure: string): TriedWrites {
  const check = broken('ram', `no write was tried: ${message}`, cure);
  return { ...NOT_SENT, checks: [account === null ? check : { ...check, account }] };
}

/** Where the group is seen. One of a cloud product is never written to. */
async function groupPlace({ group, places, transportOf, timeoutMs }: WritePorts): Promise<Place | null> {
  for (const place of places) {
    const params = { RegionId: place.region, ...filterByIds([group]) };
    const answer = await askPatiently(
      () => transportOf(place.account).call('DescribeSecurityGroups', params),
      systemClock,
      timeoutMs,
    );
    const page = groupPageSchema.safeParse(answer.kind === 'answered' ? answer.body : null);
    const found = page.data?.SecurityGroups.SecurityGroup.find((each) => each.SecurityGroupId === group);
    if (found !== undefined && !found.ServiceManaged) return place;
  }
  return null;
}

/** The ids of its rules; or why nothing may be sent. */
async function idsOfRules(
  ports: WritePorts,
  { account, region }: Place,
): Promise<readonly string[] | DoctorCheck> {
  const { group, accountOf, transportOf, timeoutMs } = ports;
  const { apiLevel } = accountOf(account);
  const not = (why: string, cure: string): DoctorCheck => broken('ram', `no write was tried: ${why}`, cure);
  const key = `\`accounts.${account}.apiLevel\``;
  const LEGACY =
    'with the API of 2019 grant the writes by their statements, and see in mode enforce whether they are let through';
  if (apiLevel === 'legacy2019') return not(`${key} is legacy2019, which does not name rules by id`, LEGACY);
  const params = { RegionId: region, SecurityGroupId: group, MaxResults: RULES_A_PAGE };
  const answer = await askPatiently(
    () => transportOf(account).call('DescribeSecurityGroupAttribute', params),
    systemClock,
    timeoutMs,
  );
  const page = rulePageSchema.safeParse(answer.kind === 'answered' ? answer.body : null);
  if (!page.success) return not(`the rules of ${group} cannot be read`, 'first mend what stands above');
  const ids = page.data.Permissions.Permission.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
  if (ids.some((id) => id === ''))
    return not(`the rules of ${group} have no ids: this is the API of 2019`, LEGACY);
  if (ids.length === 0 && apiLevel === 'auto') {
    return not(
      `${group} has no rule that would show whether rules have ids here`,
      `name a group that has rules, or write \`current\` in ${key} if they have ids`,
    );
  }
  return ids;
}

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 20;

/** An id that no rule of the group has, and that no rule of another will have by chance. */
function newRuleId(known: readonly string[]): string {
  const letters = Array.from({ length: ID_LENGTH }, () => ID_LETTERS.charAt(randomInt(ID_LETTERS.length)));
  const id = `sgr-${letters.join('')}`;
  return known.includes(id) ? newRuleId(known) : id;
}

interface Trial {
  readonly operation: WriteOperation;
  readonly ruleId: string;
}

/** Sent once: that it is let through does not hang on its effect, which it cannot have. */
async function trial(ports: WritePorts, at: Place, { operation, ruleId }: Trial): Promise<DoctorCheck> {
  const name = operation === 'RevokeSecurityGroup' ? 'SecurityGroupRuleId.1' : 'SecurityGroupRuleId';
  const params = { RegionId: at.region, SecurityGroupId: ports.group, [name]: ruleId };
  const call = async () => ports.transportOf(at.account).call(operation, params);
  const action: RamAction = `ecs:${operation}`;
  const about = { account: at.account, regions: [at.region], action };
  return { ...writeCheck(action, callVerdict(await call())), ...about };
}

function writeCheck(action: RamAction, verdict: CallVerdict): DoctorCheck {
  switch (verdict.kind) {
    case 'allowed':
      return fine('ram', `${action} is allowed (answer: ${verdict.answer === '' ? 'done' : verdict.answer})`);
    case 'denied':
      return broken(
        'ram',
        `${action} is denied: ${verdict.code}: ${verdict.message}`,
        `add to a RAM policy of this identity: ${ramStatement(action)}`,
      );
    case 'unknown caller':
    case 'unanswered':
      return broken('ram', `${action}: ${verdict.code}: ${verdict.message}`, 'try again in a minute');
  }
}
