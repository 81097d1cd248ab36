// What Quota Center shows of ECS here: the rates that are enforced (quirk rateLimits), and how many groups a region may
// have. Source of the fields: page and API metadata of ListProductQuotas, 2025.
import type { World } from '../action.ts';
import { ACTIONS } from '../actions/table.ts';
import { GROUPS_MAX } from '../groups/create-group.ts';

/** By name; `regionId` is one of each quota. */
export type Dimensions = Readonly<Record<string, string>>;

export interface Quota {
  readonly code: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  /** As the answer has it. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const CATEGORIES = ['CommonQuota', 'FlowControl', 'WhiteListLabel'] as const;
export type Category = (typeof CATEGORIES)[number];

/**
 * The dimensions of each kind. Source of those of rates: an acceptance test of the vendor's Terraform provider; the
 * consoles' tables call them "regionId, API, ParentUid".
 */
export const DIMENSION_KEYS: Readonly<Record<Category, readonly string[]>> = {
  CommonQuota: ['regionId'],
  FlowControl: ['regionId', 'apiName', 'apiVersion'],
  WhiteListLabel: [],
};

export const ECS_VERSION = '2014-05-26';

interface Asker {
  readonly accountId: string;
  readonly regionId: string;
}

export function quotasOf(category: Category, asker: Asker, world: World): readonly Quota[] {
  switch (category) {
    case 'CommonQuota':
      return [groupsQuota(asker, world)];
    case 'FlowControl':
      return Object.entries(world.quirks.rateLimits)
        .filter(([action]) => ACTIONS.has(action))
        .map(([action, perMinute]) => rateQuota(action, perMinute, asker));
    case 'WhiteListLabel':
      return [];
  }
}

function groupsQuota({ accountId, regionId }: Asker, world: World): Quota {
  const held = world.state.securityGroups.filter(
    ({ RegionId, OwnerId }) => RegionId === regionId && OwnerId === accountId,
  ).length;
  const said = { code: 'q_security-groups', name: 'Maximum number of security groups' };
  const dimensions = { regionId };
  const period = { PeriodValue: 1, PeriodUnit: 'day' };
  const body = bodyOf({ ...said, dimensions, category: 'CommonQuota', total: GROUPS_MAX, period });
  return { ...said, dimensions, body: { ...body, Consumable: true, TotalUsage: held } };
}

/** What its code is, no page shows; that the period is told in seconds is how the vendor's tables write it: "200/60(s)". [?] */
function rateQuota(action: string, perMinute: number, { regionId }: Asker): Quota {
  const said = { code: `${ECS_VERSION}/${action}`, name: action };
  const dimensions = { regionId, apiName: action, apiVersion: ECS_VERSION };
  const period = { PeriodValue: 60, PeriodUnit: 'second' };
  const body = bodyOf({ ...said, dimensions, category: 'FlowControl', total: perMinute, period });
  return { ...said, dimensions, body: { ...body, Consumable: false, TotalUsage: 0 } };
}

interface Told extends Omit<Quota, 'body'> {
  readonly category: Category;
  readonly total: number;
  readonly period: Readonly<Record<string, unknown>>;
}

const bodyOf = ({ code, name, dimensions, category, total, period }: Told) => ({
  ProductCode: 'ecs',
  QuotaCategory: category,
  QuotaActionCode: code,
  QuotaName: name,
  QuotaDescription: name,
  QuotaUnit: 'Count',
  QuotaType: 'normal',
  TotalQuota: total,
  Period: period,
  Dimensions: dimensions,
  Adjustable: false,
  GlobalQuota: false,
  ApplicableType: 'continuous',
  ApplicableRange: [],
});
