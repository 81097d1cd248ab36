// How much of a group's quota a rule takes that names a list: as many rules as the list may hold entries, however
// few it has. Source: limits page and CreatePrefixList, CreatePortRangeList, `MaxEntries`.
import { OPERATIONS } from '../../reconciler/model/operation.ts';
import { ok, type Result } from '../../reconciler/model/result.ts';
import type { EcsApi, ListKind, ReadAt } from './api.ts';
import type { Ask } from './ask.ts';
import { portListPageSchema, prefixListPageSchema, type ListPage } from './convert/answer-schemas.ts';
import type { Failure } from './failures/failure.ts';
import { readPages } from './pages.ts';

export function createListReader(ask: Ask): Pick<EcsApi, 'listSizes'> {
  return {
    listSizes: async (place, kind, ids) => {
      const sizes: Record<string, number> = {};
      const most = OPERATIONS[LIST_OPERATIONS[kind]].batchLimit;
      for (let from = 0; from < ids.length; from += most) {
        const asked = ids.slice(from, from + most);
        const pages = await readLists(ask, { place, kind, ids: asked });
        if (!pages.ok) return pages;
        for (const { id, maxEntries } of pages.value.flatMap((page) => page.lists)) {
          // Filtered again: an endpoint that does not know the filter answers with every list there is.
          if (asked.includes(id)) sizes[id] = maxEntries;
        }
      }
      return ok(sizes);
    },
  };
}

const LIST_OPERATIONS = { prefixList: 'DescribePrefixLists', portList: 'DescribePortRangeLists' } as const;
const ID_PARAMS = { prefixList: 'PrefixListId', portList: 'PortRangeListId' } as const;

function readLists(
  ask: Ask,
  { place, kind, ids }: { readonly place: ReadAt; readonly kind: ListKind; readonly ids: readonly string[] },
): Promise<Result<readonly ListPage[], Failure>> {
  const operation = LIST_OPERATIONS[kind];
  const params = {
    RegionId: place.region,
    ...Object.fromEntries(ids.map((id, index) => [`${ID_PARAMS[kind]}.${index + 1}`, id])),
  };
  const schema = kind === 'prefixList' ? prefixListPageSchema : portListPageSchema;
  return readPages(ask, place, { operation, params, schema });
}
