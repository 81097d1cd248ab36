// The services behind the one gateway, by the API version that a request names.
import type { ActionHandler } from '../action.ts';
import type { RamService } from '../gateway/credentials.ts';
import type { AuditTrail } from '../trail/audit-trail.ts';
import { LIST_PRODUCT_QUOTAS, QUOTA_ACTIONS } from '../quotas/list-product-quotas.ts';
import { LOOKUP_EVENTS, trailActions } from '../trail/lookup-events.ts';
import { ACTIONS } from './table.ts';

export interface Service extends RamService {
  readonly actions: ReadonlyMap<string, ActionHandler>;
}

export const servicesWith = (trail: AuditTrail): ReadonlyMap<string, Service> =>
  new Map<string, Service>([
    ['2014-05-26', { ramCode: 'ecs', denialCode: 'Forbidden.RAM', actions: ACTIONS }],
    ['2020-05-10', { ramCode: 'quotas', denialCode: 'RAM.PERMISSION.DENIED', actions: QUOTA_ACTIONS }],
    ['2020-07-06', { ramCode: 'actiontrail', denialCode: 'NoPermission', actions: trailActions(trail) }],
  ]);

/** Of all services. */
export const ACTION_NAMES: ReadonlySet<string> = new Set([
  ...ACTIONS.keys(),
  LIST_PRODUCT_QUOTAS,
  LOOKUP_EVENTS,
]);
