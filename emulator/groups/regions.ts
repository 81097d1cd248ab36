import type { ActionHandler } from '../action.ts';
import type { Contents } from '../state.ts';
import { seen } from '../actions/contents.ts';

/** Region ids and local names. Source: DescribeRegions page, 2026; the exact set matters little here. */
const REGION_NAMES: ReadonlyMap<string, string> = new Map([
  ['cn-qingdao', 'China (Qingdao)'],
  ['cn-beijing', 'China (Beijing)'],
  ['cn-zhangjiakou', 'China (Zhangjiakou)'],
  ['cn-huhehaote', 'China (Hohhot)'],
  ['cn-wulanchabu', 'China (Ulanqab)'],
  ['cn-hangzhou', 'China (Hangzhou)'],
  ['cn-shanghai', 'China (Shanghai)'],
  ['cn-nanjing', 'China (Nanjing)'],
  ['cn-fuzhou', 'China (Fuzhou)'],
  ['cn-wuhan-lr', 'China (Wuhan)'],
  ['cn-shenzhen', 'China (Shenzhen)'],
  ['cn-heyuan', 'China (Heyuan)'],
  ['cn-guangzhou', 'China (Guangzhou)'],
  ['cn-chengdu', 'China (Chengdu)'],
  ['cn-hongkong', 'China (Hong Kong)'],
  ['ap-southeast-1', 'Singapore'],
  ['ap-southeast-3', 'Malaysia (Kuala Lumpur)'],
  ['ap-southeast-5', 'Indonesia (Jakarta)'],
  ['ap-southeast-6', 'Philippines (Manila)'],
  ['ap-southeast-7', 'Thailand (Bangkok)'],
  ['ap-northeast-1', 'Japan (Tokyo)'],
  ['ap-northeast-2', 'South Korea (Seoul)'],
  ['us-west-1', 'US (Silicon Valley)'],
  ['us-east-1', 'US (Virginia)'],
  ['eu-central-1', 'Germany (Frankfurt)'],
  ['eu-west-1', 'UK (London)'],
  ['me-east-1', 'UAE (Dubai)'],
  ['me-central-1', 'SAU (Riyadh)'],
  ['na-south-1', 'Mexico'],
]);

/** Regions where a rule may name an IANA protocol number. Source: Authorize pages, 2026. */
const PROTOCOL_NUMBER_REGIONS: ReadonlySet<string> = new Set([
  'ap-southeast-6',
  'eu-west-1',
  'ap-southeast-3',
  'cn-huhehaote',
  'cn-qingdao',
  'us-west-1',
  'ap-southeast-1',
]);

/** By which clients call ECS that take no endpoint: where such a name leads to the emulator, its certificate must hold. */
export const vendorHosts = (): string[] => [
  '*.aliyuncs.com',
  ...[...REGION_NAMES.keys()].map(regionEndpoint),
];

const regionEndpoint = (regionId: string): string => `ecs.${regionId}.aliyuncs.com`;

/** A region is known when it is in our list, or when the state file put something there. */
export const isKnownRegion = (contents: Contents, regionId: string): boolean =>
  REGION_NAMES.has(regionId) || regionsInUse(contents).has(regionId);

export const allowsProtocolNumbers = (regionId: string): boolean => PROTOCOL_NUMBER_REGIONS.has(regionId);

const regionsInUse = ({ securityGroups, prefixLists, portRangeLists }: Contents): Set<string> =>
  new Set([...securityGroups, ...prefixLists, ...portRangeLists].map(({ RegionId }) => RegionId));

export const describeRegions: ActionHandler = (_request, world) => {
  const others = [...regionsInUse(seen(world))].filter((id) => !REGION_NAMES.has(id)).sort();
  const regions = [...REGION_NAMES, ...others.map((id) => [id, id] as const)];
  return {
    Regions: {
      Region: regions.map(([RegionId, LocalName]) => ({
        RegionId,
        LocalName,
        RegionEndpoint: regionEndpoint(RegionId),
        Status: 'available',
      })),
    },
  };
};
