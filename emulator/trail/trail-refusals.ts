// The refusals of ActionTrail. Source: error table of LookupEvents, 2020-07-06, in the vendor's API metadata of 2025; the rows
// stand apart from those of ECS, whose codes they are not.
import type { ApiError } from '../action.ts';
import { errorOf, type Row } from '../actions/refusal-row.ts';

// prettier-ignore
const TRAIL = {
  InvalidParameterCombination: [400, 'The end time must be later than the start time.'],
  InvalidQueryParameter: [400, 'The specified query parameter is invalid.'],
  InvalidParameterEndTime: [400, 'The specified EndTime is invalid.'],
  InvalidParameterStartTime: [400, 'The specified StartTime is invalid.'],
} as const satisfies Record<string, Row>;

export const refuseLookup = (name: keyof typeof TRAIL): ApiError => errorOf(name, TRAIL[name], '');
