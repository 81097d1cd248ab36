// The account's rates of Quota Center beside the configured ones. The vendor shows those of some operations only.
import { z } from 'zod';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { OPERATION_NAMES, type Operation } from '../../../reconciler/model/operation.ts';
import { systemClock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { WireParams } from '../../ecs/api.ts';
import type { PopTransport } from '../../ecs/transport/pop-transport.ts';
import { askPatiently, callVerdict, type CallVerdict } from './answers.ts';
import { doubtful, fine, type DoctorCheck } from './check.ts';

export interface ComparedRate {
  readonly account: string;
  readonly region: string;
  readonly operation: Operation;
  readonly configuredPerMinute: number;
  readonly quotaPerMinute: number;
}

/** Source: page of ListProductQuotas, `MaxResults`. */
const QUOTAS_A_PAGE = '100';
/** ECS has some 400 operations. */
const MOST_PAGES = 20;

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
]);
const quotaSchema = z.looseObject({
  QuotaActionCode: z.string().catch(''),
  QuotaName: z.string().catch(''),
  TotalQuota: number.nullable().catch(null),
  Period: z.looseObject({ PeriodValue: number, PeriodUnit: z.string() }).nullable().catch(null),
  Dimensions: z.record(z.string(), z.unknown()).catch({}),
});
const quotaPageSchema = z.looseObject({
  Quotas: z.array(quotaSchema),
  NextToken: z.string().nullish(),
});
type WireQuota = z.output<typeof quotaSchema>;

export interface RatesOf {
  readonly verdict: CallVerdict;
  readonly perMinute: ReadonlyMap<Operation, number>;
}

/** All pages; of what fails in the middle the pages before count. */
export async function readRates(
  transport: Pick<PopTransport, 'call'>,
  region: string,
  timeoutMs: number,
): Promise<RatesOf> {
  const perMinute = new Map<Operation, number>();
  let token = '';
  for (let page = 1; ; page += 1) {
    const params = questionAbout(region, token);
    const answer = await askPatiently(
      () => transport.call('ListProductQuotas', params),
      systemClock,
      timeoutMs,
    );
    const verdict = callVerdict(answer);
    const read = verdict.kind === 'allowed' ? quotaPageSchema.safeParse(verdict.body) : null;
    if (read?.success !== true) return { verdict: orUnreadable(verdict), perMinute };
    for (const [operation, rate] of ratesIn(read.data.Quotas, region)) perMinute.set(operation, rate);
    token = read.data.NextToken ?? '';
    if (token === '' || page === MOST_PAGES) return { verdict, perMinute };
  }
}

const questionAbout = (region: string, token: string): WireParams => ({
  RegionId: region,
  ProductCode: 'ecs',
  QuotaCategory: 'FlowControl',
  'Dimensions.1.Key': 'regionId',
  'Dimensions.1.Value': region,
  MaxResults: QUOTAS_A_PAGE,
  ...(token === '' ? {} : { NextToken: token }),
});

function ratesIn(quotas: readonly WireQuota[], region: string): ReadonlyArray<readonly [Operation, number]> {
  return quotas.flatMap((quota) => {
    const [operation, rate] = [operationNamed(quota), ratePerMinute(quota)];
    return operation === null || rate === null || !isOfRegion(quota, region)
      ? []
      : [[operation, rate] as const];
  });
}

/** An answer of another shape is none. */
const orUnreadable = (verdict: CallVerdict): CallVerdict =>
  verdict.kind === 'allowed' && verdict.answer === ''
    ? { kind: 'unanswered', code: 'Transport.BadAnswer', message: 'no answer to ListProductQuotas' }
    : verdict;

/** The dimension has it; where it has not, what else names one. No page shows the code of a rate. */
function operationNamed({ Dimensions, QuotaName, QuotaActionCode }: WireQuota): Operation | null {
  const { apiName } = Dimensions;
  const words = [apiName, QuotaName, ...QuotaActionCode.split(/[^A-Za-z]+/)];
  return OPERATION_NAMES.find((operation) => words.includes(operation)) ?? null;
}

const isOfRegion = ({ Dimensions: { regionId } }: WireQuota, region: string): boolean =>
  regionId === undefined || regionId === '*' || regionId === region;

const SECONDS_OF = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['week', 604_800],
]);

function ratePerMinute({ TotalQuota, Period }: WireQuota): number | null {
  const seconds = SECONDS_OF.get(Period?.PeriodUnit.toLowerCase() ?? '') ?? 0;
  const periodSeconds = seconds * (Period?.PeriodValue ?? 0);
  if (TotalQuota === null || TotalQuota <= 0 || periodSeconds <= 0) return null;
  return Math.floor((TotalQuota * 60) / periodSeconds);
}

export function compareRates(
  { limits }: Pick<Config, 'limits'>,
  at: { readonly account: string; readonly region: string },
  perMinute: RatesOf['perMinute'],
): readonly ComparedRate[] {
  return OPERATION_NAMES.flatMap((operation) => {
    const quotaPerMinute = perMinute.get(operation);
    if (quotaPerMinute === undefined) return [];
    const configuredPerMinute = (limits[operation] ?? limits.default).ratePerMinute;
    return [{ ...at, operation, configuredPerMinute, quotaPerMinute }];
  });
}

/** One line for each operation and pair of rates; one for an account that shows none. */
export function rateChecks(
  { limits }: Pick<Config, 'limits'>,
  rates: readonly ComparedRate[],
  asked: ReadonlyArray<{ readonly account: string; readonly region: string }>,
): readonly DoctorCheck[] {
  const corrected = limitsText(limits, rates);
  const alike = ({ account, operation, quotaPerMinute }: ComparedRate): string =>
    JSON.stringify([account, operation, quotaPerMinute]);
  const shown = [...groupBy(rates, alike).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const regions = same.map(({ region }) => region).sort();
    return [{ ...rateCheck(first, corrected), account: first.account, regions }];
  });
  const silent = [...groupBy(asked, ({ account }) => account)].flatMap(([account, places]) => {
    if (rates.some((rate) => rate.account === account)) return [];
    const regions = places.map(({ region }) => region).sort();
    return [
      { ...fine('rates', 'Quota Center shows none of the operations that Rampart calls'), account, regions },
    ];
  });
  return [...shown, ...silent];
}

function rateCheck(rate: ComparedRate, corrected: string): DoctorCheck {
  const { operation, configuredPerMinute, quotaPerMinute } = rate;
  const text = `${operation}: ${configuredPerMinute} a minute configured, the account may ${quotaPerMinute}`;
  if (configuredPerMinute <= quotaPerMinute) return fine('rates', text);
  return doubtful('rates', text, `write in the config: \`limits: ${corrected}\``);
}

/** Whole, and right for every account: a config with `limits` gets what it says, and its `default` for all else. */
function limitsText(limits: Config['limits'], rates: readonly ComparedRate[]): string {
  const all: Record<string, number> = {};
  for (const [name, limit] of Object.entries(limits))
    if (limit !== undefined) all[name] = limit.ratePerMinute;
  for (const { operation, quotaPerMinute } of rates) {
    const before = all[operation] ?? limits.default.ratePerMinute;
    if (quotaPerMinute < before) all[operation] = Math.max(1, quotaPerMinute);
  }
  const entries = Object.entries(all).map(([name, rate]) => `${name}: {ratePerMinute: ${rate}}`);
  return `{${entries.join(', ')}}`;
}
