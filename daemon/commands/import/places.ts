// Where `rampart import` looks: one account and region, or with `--all` every region of every account of the config.
import { z } from 'zod';
import { compareText } from '../../../reconciler/model/problem.ts';
import { matchesGlob } from '../../../reconciler/model/glob.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { UsageError } from '../../cli/io.ts';
import type { Config } from '../../config/config.ts';
import type { ListedGroup, Place } from '../../ecs/api.ts';
import type { PopTransport } from '../../ecs/transport/pop-transport.ts';
import type { Engine } from '../../reconcile/engine.ts';

export interface PlaceFlags {
  readonly all?: true;
  readonly account?: string;
  readonly region?: string;
  readonly group?: readonly string[];
  /** Each as `KEY=VALUE`; a group must have them all. */
  readonly tag?: readonly string[];
  readonly name?: string;
}

/** Any region answers for all. Source: help, ECS, DescribeRegions. */
const ASKED_REGION = 'cn-hangzhou';

const regionsSchema = z.looseObject({
  Regions: z.looseObject({ Region: z.array(z.looseObject({ RegionId: z.string() })).max(1000) }),
});

/** The accounts and regions that the flags mean. A UsageError where the cloud does not say which regions there are. */
export async function meantPlaces(
  flags: PlaceFlags,
  config: Config,
  transportOf: (account: string) => Pick<PopTransport, 'call'>,
): Promise<readonly Place[]> {
  const accounts =
    flags.account === undefined && flags.all === true
      ? Object.keys(config.accounts)
      : [flags.account ?? 'default'];
  const unknown = accounts.find((account) => !Object.hasOwn(config.accounts, account));
  if (unknown !== undefined) throw new UsageError(`the config has no account ${unknown}`);
  const { region } = flags;
  if (region !== undefined) return accounts.map((account) => ({ account, region }));
  const places = await Promise.all(
    accounts.map(async (account) =>
      (await knownRegions(account, transportOf(account))).map((each) => ({ account, region: each })),
    ),
  );
  return places.flat();
}

async function knownRegions(
  account: string,
  transport: Pick<PopTransport, 'call'>,
): Promise<readonly string[]> {
  const answer = await transport.call('DescribeRegions', { RegionId: ASKED_REGION });
  const body = answer.kind === 'answered' ? regionsSchema.safeParse(answer.body) : null;
  if (body?.success === true)
    return body.data.Regions.Region.map(({ RegionId }) => RegionId).sort(compareText);
  const why =
    answer.kind === 'answered' ? 'no usable answer to DescribeRegions' : `${answer.code}: ${answer.message}`;
  throw new UsageError(
    `account ${account} does not say which regions there are: ${why}; --region R names one`,
  );
}

/** The groups of a place that the flags mean, in the order of their ids. A UsageError where they cannot be listed. */
export async function meantGroups(
  { ecs }: Engine,
  place: Place,
  flags: PlaceFlags,
): Promise<readonly GroupRef[]> {
  const { group, tag = [], name = '*' } = flags;
  if (group !== undefined) return [...new Set(group)].map((id) => ({ ...place, id }));
  const found = await ecs.listGroups(place, 0);
  if (!found.ok) {
    const { code, message } = found.error;
    throw new UsageError(
      `account ${place.account}, region ${place.region}: ${code}: ${message}; groups can be named with --group`,
    );
  }
  const isMeant = (listed: ListedGroup): boolean =>
    matchesGlob(name, listed.name) && tag.every((each) => hasTag(listed, each));
  return found.value.groups
    .filter(isMeant)
    .map(({ id }) => ({ ...place, id }))
    .sort((a, b) => compareText(a.id, b.id));
}

function hasTag({ tags }: ListedGroup, text: string): boolean {
  const at = text.indexOf('=');
  return tags[text.slice(0, at)] === text.slice(at + 1);
}
