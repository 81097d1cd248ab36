// DescribeSecurityGroups, all pages of it: by the ids of some groups, or all groups of a region. Endpoints of today page
// by token; those of the API of 2019 page by number, ignore what they do not know, and tell how many groups there are.
import { OPERATIONS } from '../../../reconciler/model/operation.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { ReadAt, WireParams } from '../api.ts';
import { paramsOf, type Ask, type AskedParams } from '../ask.ts';
import { groupPageSchema, type WireGroup } from '../convert/answer-schemas.ts';
import type { Failure } from '../failures/failure.ts';
import { readFailure, readPages } from '../pages.ts';

const OPERATION = 'DescribeSecurityGroups';

/** Most ids in one call. Source: help, DescribeSecurityGroups, `SecurityGroupIds`. */
export const MOST_IDS_A_PAGE = OPERATIONS[OPERATION].batchLimit;

/** 30,000 groups of one account and region, far more than the vendor's quota of a region. */
const MOST_GROUP_PAGES = 300;

/** Most groups in a page by number. Source: help, DescribeSecurityGroups, `PageSize`, page of 2021. */
const GROUPS_A_NUMBERED_PAGE = 50;

/** Source: help, DescribeSecurityGroups: `SecurityGroupIds` is the text of a JSON array. */
export const filterByIds = (ids: readonly string[]): WireParams => ({
  SecurityGroupIds: JSON.stringify(ids),
});

export type ReadGroups = (at: ReadAt, filter: AskedParams) => Promise<Result<readonly WireGroup[], Failure>>;

/**
 * Answers every group that the filter lets through (no filter: every group of the region), or a failure; never only some.
 * A filter that is a function is asked for when the first call has its turn in the lane.
 */
export function createGroupPages(ask: Ask): ReadGroups {
  // Regions whose endpoint pages by number.
  const numbered = new Set<string>();
  return async (at, filter) => {
    const params = (): WireParams => ({ RegionId: at.region, ...paramsOf(filter) });
    if (numbered.has(at.region)) return readNumbered(ask, at, params);
    const read = { operation: OPERATION, params, schema: groupPageSchema, most: MOST_GROUP_PAGES } as const;
    const pages = await readPages(ask, at, read);
    if (!pages.ok) return pages;
    const groups = pages.value.flatMap((page) => page.SecurityGroups.SecurityGroup);
    const total = Math.max(...pages.value.map((page) => page.TotalCount ?? 0));
    if (total <= groups.length) return ok(groups);
    const all = await readNumbered(ask, at, params);
    if (all.ok) numbered.add(at.region);
    return all;
  };
}

async function readNumbered(
  ask: Ask,
  at: ReadAt,
  filter: () => WireParams,
): Promise<Result<readonly WireGroup[], Failure>> {
  const found = new Map<string, WireGroup>();
  for (let number = 1; number <= MOST_GROUP_PAGES; number += 1) {
    const paging = { PageNumber: String(number), PageSize: String(GROUPS_A_NUMBERED_PAGE) };
    const params = (): WireParams => ({ ...filter(), ...paging });
    const page = await ask(at, OPERATION, params, groupPageSchema);
    if (!page.ok) return page;
    const before = found.size;
    for (const group of page.value.SecurityGroups.SecurityGroup) found.set(group.SecurityGroupId, group);
    const total = page.value.TotalCount ?? 0;
    if (found.size >= total) return ok([...found.values()]);
    // Groups that came or went meanwhile shift the pages: what is missing now is there at the next try.
    if (found.size === before) return notAll(found.size, `of ${total} `);
  }
  return notAll(found.size, '');
}

const notAll = (groups: number, of: string): Result<never, Failure> =>
  err(readFailure(OPERATION, 'Transport.TooMuch', `only ${groups} ${of}groups were listed`));
