// ListProductQuotas of Quota Center, version 2020-05-10: what an account may do of a product. Source: the vendor's page
// and API metadata of 2025, and its page of error codes; where nothing says how a bad value is answered, it is the one
// code that fits.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import { pageOf, readMaxResults } from '../actions/paging.ts';
import { entries, text, type Params } from '../actions/params.ts';
import { isKnownRegion } from '../groups/regions.ts';
import { CATEGORIES, DIMENSION_KEYS, quotasOf, type Category, type Dimensions } from './quota.ts';
import { refuseQuota } from './quota-refusals.ts';

const PAGE = { least: 1, most: 100, standard: 30 };
/** Of a call without the dimension. Source: a third party's report. */
const DEFAULT_REGION = 'cn-hangzhou';

export const LIST_PRODUCT_QUOTAS = 'ListProductQuotas';

const listProductQuotas: ActionHandler = ({ params, accountId }: ActionRequest, world: World) => {
  const { category, dimensions, maxResults } = readQuestion(params, world);
  const regionId = dimensions.regionId ?? DEFAULT_REGION;
  const code = text(params, 'QuotaActionCode');
  const found = quotasOf(category, { accountId, regionId }, world).filter(
    (quota) => (code === '' || quota.code === code) && hasAll(quota.dimensions, dimensions),
  );
  const question = JSON.stringify([category, code, Object.entries(dimensions).sort()]);
  const request = { maxResults, nextToken: text(params, 'NextToken'), question };
  const page = pageOf(
    found,
    request,
    (quota) => quota.code,
    () => 0,
  );
  if (page === undefined) throw refuseQuota('PARAMETER.ILLEGALL');
  return {
    TotalCount: found.length,
    MaxResults: maxResults,
    ...(page.nextToken === '' ? {} : { NextToken: page.nextToken }),
    Quotas: page.items.map(({ body }) => body),
  };
};

/** What the actions of Quota Center are. */
export const QUOTA_ACTIONS: ReadonlyMap<string, ActionHandler> = new Map([
  [LIST_PRODUCT_QUOTAS, listProductQuotas],
]);

interface Question {
  readonly category: Category;
  readonly dimensions: Dimensions;
  readonly maxResults: number;
}

/** KeyWord, SortField and SortOrder are for the product ecs-spec alone, and change nothing here. */
function readQuestion(params: Params, world: World): Question {
  const product = text(params, 'ProductCode');
  if (product === '') throw refuseQuota('MissingProductCode');
  if (product !== 'ecs') throw refuseQuota('PARAMETER.ILLEGALL');
  const given = text(params, 'QuotaCategory') || 'CommonQuota';
  const category = CATEGORIES.find((each) => each === given);
  if (category === undefined) throw refuseQuota('CATEGORY.NOT.SUPPORTED');
  if (text(params, 'GroupCode') !== '') throw refuseQuota('DIMENSIONGROUP.NOT.FOUND');
  const maxResults = readMaxResults(params, PAGE);
  if (maxResults === undefined) throw refuseQuota('PARAMETER.ILLEGALL');
  return { category, dimensions: readDimensions(params, category, world), maxResults };
}

function readDimensions(params: Params, category: Category, world: World): Dimensions {
  const dimensions: Record<string, string> = {};
  for (const { fields } of entries(params, 'Dimensions')) {
    const [key, value] = [text(fields, 'Key'), text(fields, 'Value')];
    if (key === '' || value === '') throw refuseQuota('QUOTA.DIMENSION.MISS');
    if (!DIMENSION_KEYS[category].includes(key)) throw refuseQuota('QUOTA.DIMENSION.UNSUPPORT');
    if (key === 'regionId' && !isKnownRegion(world.state, value))
      throw refuseQuota('QUOTA.DIMENSION.VALUE.UNSUPPORT');
    dimensions[key] = value;
  }
  return dimensions;
}

const hasAll = (dimensions: Dimensions, asked: Dimensions): boolean =>
  Object.entries(asked).every(([key, value]) => dimensions[key] === value);
