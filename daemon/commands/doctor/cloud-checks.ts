// What an account needs of the cloud, place by place: an endpoint that answers, a clock that agrees, credentials that are taken, RAM,
// and the rates that it may call at.
import { groupBy } from '../../../reconciler/model/collections.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import type { Result } from '../../../reconciler/model/result.ts';
import type { Io } from '../../cli/io.ts';
import { progressOn } from '../../cli/progress.ts';
import {
  endpointOf,
  popTransportOf,
  quotaTransportOf,
  trailTransportOf,
  type TransportPorts,
} from '../../compose/assemble.ts';
import { oneByOne } from '../../compose/session.ts';
import type { AccountConfig } from '../../config/accounts/accounts-schema.ts';
import { regionalEndpoint } from '../../config/accounts/endpoint.ts';
import type { Config } from '../../config/config.ts';
import type { Place } from '../../ecs/api.ts';
import type { PopTransport } from '../../ecs/transport/pop-transport.ts';
import { untried, broken, type DoctorCheck } from './check.ts';
import { credentialsCheck, credentialsProblem } from './credentials-checks.ts';
import { clockCheck, endpointCheck, reach, type ReachedEndpoint } from './endpoint-checks.ts';
import { readChecks, tryReads, writeChecks, type TriedAction } from './ram-checks.ts';
import { compareRates, rateChecks, readRates, type ComparedRate } from './rates.ts';
import type { TriedWrites } from './try-writes.ts';

/** Where an account is looked at of which the policies name no region. */
const FIRST_REGION = 'cn-hangzhou';

export interface CloudPorts {
  readonly config: Config;
  readonly io: Io;
  readonly groups: readonly DesiredGroup[];
  readonly transport: TransportPorts;
  readonly timeoutMs: number;
}

/** Every account, with each region in which the policies name groups of it. */
export function checkedPlaces(
  { accounts }: Pick<Config, 'accounts'>,
  groups: readonly DesiredGroup[],
): readonly Place[] {
  return Object.keys(accounts).flatMap((account) => {
    const regions = groups.filter((group) => group.account === account).map(({ region }) => region);
    return [...new Set(regions.length === 0 ? [FIRST_REGION] : regions)]
      .sort()
      .map((region) => ({ account, region }));
  });
}

/** What was seen of a place. */
interface SeenPlace extends Place {
  readonly endpoint: DoctorCheck;
  readonly origin: string | null;
  readonly reached: ReachedEndpoint | null;
  readonly tried: readonly TriedAction[];
  readonly rates: readonly ComparedRate[];
}

export interface CheckedCloud {
  readonly checks: readonly DoctorCheck[];
  readonly rates: readonly ComparedRate[];
}

/** `writes`: asks and tries them once the reads are known; null: none is to be tried. */
export async function cloudChecks(
  ports: CloudPorts,
  writes: (() => Promise<TriedWrites>) | null,
): Promise<CheckedCloud> {
  const { config, io, transport, timeoutMs } = ports;
  const problems = new Map(
    await Promise.all(
      Object.entries(config.accounts).map(
        async ([name, account]) =>
          [name, await credentialsProblem(account, transport.env, timeoutMs)] as const,
      ),
    ),
  );
  const places = checkedPlaces(config, ports.groups);
  const seen: SeenPlace[] = [];
  const origins = new Map<string, ReturnType<typeof reach>>();
  const callers = callersOf(ports);
  await oneByOne({ config, io }, places, {
    read: async (place) =>
      seePlace({ ...ports, callers, origins, hasCredentials: problems.get(place.account) === null }, place),
    take: (each) => void seen.push(each),
    progress: progressOn(io, places.length, places.length === 1 ? 'region' : 'regions'),
  });
  const tried = writes === null || io.stopSignal.aborted ? null : await writes();
  return {
    checks: accountByAccount(ports, { seen, problems, tried }),
    rates: seen.flatMap(({ rates }) => rates),
  };
}

interface Outcomes {
  readonly seen: readonly SeenPlace[];
  readonly problems: ReadonlyMap<string, Awaited<ReturnType<typeof credentialsProblem>>>;
  readonly tried: TriedWrites | null;
}

/** Account by account, what others rest on first. */
function accountByAccount(
  { config }: CloudPorts,
  { seen, problems, tried }: Outcomes,
): readonly DoctorCheck[] {
  const answered = new Map(
    seen.flatMap(({ origin, reached }) => (origin === null || reached === null ? [] : [[origin, reached]])),
  );
  const ofAccounts = [...groupBy(seen, ({ account }) => account)].flatMap(([account, places]) => {
    const settings = config.accounts[account];
    if (settings === undefined) throw new Error(`account ${account} is not in the config`);
    const all = places.flatMap((place) => place.tried);
    const problem = problems.get(account) ?? null;
    const verdicts = all.map(({ verdict }) => verdict);
    const isOfWrites = tried?.account === account;
    return [
      ...places.map(({ endpoint }) => endpoint),
      credentialsCheck(account, settings.credentials, { problem, verdicts }),
      ...readChecks(all),
      ...untriedPlaces(account, places),
      ...writeChecks(account, isOfWrites ? tried.done : new Set()),
    ];
  });
  const asked = seen.filter((place) => place.tried.some(isAskedForRates));
  const rates = rateChecks(
    config,
    seen.flatMap((place) => place.rates),
    asked.map(({ account, region }) => ({ account, region })),
  );
  return [clockCheck(answered), ...ofAccounts, ...(tried?.checks ?? []), ...rates];
}

const isAskedForRates = ({ action, verdict }: TriedAction): boolean =>
  action === 'quotas:ListProductQuotas' && verdict.kind === 'allowed';

function untriedPlaces(account: string, places: readonly SeenPlace[]): readonly DoctorCheck[] {
  const regions = places.filter(({ tried }) => tried.length === 0).map(({ region }) => region);
  if (regions.length === 0) return [];
  const message = 'no action could be tried: see endpoint and credentials above';
  return [{ ...untried('ram', message), account, regions }];
}

interface Callers {
  readonly ecs: (account: string) => PopTransport;
  readonly trail: (account: string) => PopTransport | null;
  readonly quotas: (account: string) => PopTransport | null;
}

/** One client an account and service. */
function callersOf({ config, transport }: CloudPorts): Callers {
  const made = Object.entries(config.accounts).map(([name, account]) => {
    const { actiontrail, endpoint } = config.attribution;
    const trail = actiontrail ? trailTransportOf(account, { ...transport, endpoint }) : null;
    return [
      name,
      { ecs: popTransportOf(account, transport), trail, quotas: quotaTransportOf(account, transport) },
    ] as const;
  });
  const known = new Map(made);
  const of = (account: string) => {
    const found = known.get(account);
    if (found === undefined) throw new Error(`account ${account} is not in the config`);
    return found;
  };
  return {
    ecs: (account) => of(account).ecs,
    trail: (account) => of(account).trail,
    quotas: (account) => of(account).quotas,
  };
}

interface PlacePorts extends CloudPorts {
  readonly callers: Callers;
  /** Each address is asked once. */
  readonly origins: Map<string, ReturnType<typeof reach>>;
  readonly hasCredentials: boolean;
}

async function seePlace(ports: PlacePorts, { account, region }: Place): Promise<SeenPlace> {
  const { config, callers, origins, transport, timeoutMs } = ports;
  const settings = config.accounts[account];
  if (settings === undefined) throw new Error(`account ${account} is not in the config`);
  const unseen = { account, region, origin: null, reached: null, tried: [], rates: [] };
  const origin = addressOfPlace(settings, region, transport);
  if (!origin.ok) {
    const check = broken('endpoint', `${region}: ${origin.error}`, 'correct `region` in the policies');
    return { ...unseen, endpoint: { ...check, account, regions: [region] } };
  }
  const asked = origins.get(origin.value) ?? reach(origin.value, timeoutMs);
  origins.set(origin.value, asked);
  const reached = await asked;
  const endpoint = endpointCheck({ account, region, settings, origin: origin.value }, reached);
  if (!reached.ok) return { ...unseen, endpoint };
  const seen = { account, region, endpoint, origin: origin.value, reached: reached.value };
  if (!ports.hasCredentials) return { ...seen, tried: [], rates: [] };
  const group = namedGroup(ports.groups, { account, region });
  const read = {
    account,
    region,
    ecs: callers.ecs(account),
    trail: callers.trail(account),
    group,
    timeoutMs,
  };
  const tried = await tryReads(read);
  const isKnown = tried.some(({ verdict }) => verdict.kind === 'allowed' || verdict.kind === 'denied');
  const quotas = callers.quotas(account);
  if (quotas === null || !isKnown) return { ...seen, tried, rates: [] };
  const { verdict, perMinute } = await readRates(quotas, region, timeoutMs);
  const rates = compareRates(config, { account, region }, perMinute);
  return {
    ...seen,
    tried: [...tried, { account, region, action: 'quotas:ListProductQuotas', verdict }],
    rates,
  };
}

function addressOfPlace(
  settings: AccountConfig,
  region: string,
  { emulatorUrl }: TransportPorts,
): Result<string, string> {
  const regional = regionalEndpoint(region);
  const fixed = endpointOf(settings, emulatorUrl);
  return regional.ok && fixed !== null ? { ok: true, value: fixed } : regional;
}

function namedGroup(groups: readonly DesiredGroup[], { account, region }: Place): string | null {
  const named = groups.find(
    (group) => group.account === account && group.region === region && group.selector.kind === 'id',
  );
  return named?.selector.kind === 'id' ? named.selector.id : null;
}
