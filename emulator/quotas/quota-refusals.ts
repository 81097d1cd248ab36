// The refusals of Quota Center. Source: its page of error codes, 2020-05-10, read in 2026; the page does not say which
// operation gives which, and the misspelt code is the vendor's. The rows stand apart from those of ECS, whose codes they
// are not.
import type { ApiError } from '../action.ts';
import { errorOf, type Row } from '../actions/refusal-row.ts';

// prettier-ignore
const QUOTAS = {
  MissingProductCode: [400, 'ProductCode is missing'],
  'PARAMETER.ILLEGALL': [400, 'The specified parameter is invalid.'],
  'CATEGORY.NOT.SUPPORTED': [400, 'Quota category does not supported yet.'],
  'DIMENSIONGROUP.NOT.FOUND': [400, 'Dimension group does not exist.'],
  'QUOTA.DIMENSION.MISS': [400, 'The entered quota dimension is incomplete,Please complete the dimension.'],
  'QUOTA.DIMENSION.UNSUPPORT': [400, 'The entered quota dimension key is not supported.'],
  'QUOTA.DIMENSION.VALUE.UNSUPPORT': [400, 'The entered quota dimension value is not supported.'],
} as const satisfies Record<string, Row>;

export const refuseQuota = (name: keyof typeof QUOTAS): ApiError => errorOf(name, QUOTAS[name], '');
