// Where the calls of a region go. Requests are signed, and with temporary keys they carry a bearer token:
// so no plain HTTP except on this machine, and nothing but a region id may become part of a host name.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';

const REGION = /^[a-z0-9]+(-[a-z0-9]+){0,7}$/;

/** The regions that the rule `ecs.<region>.aliyuncs.com` does not hold for. Source: npm `@alicloud/ecs20140526` 7.11.6, `client.ts`. */
const ENDPOINT_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'ecs.aliyuncs.com': [
    'ap-northeast-2-pop',
    'cn-beijing-finance-pop',
    'cn-beijing-gov-1',
    'cn-hangzhou-finance',
    'cn-hongkong-finance-pop',
    'cn-north-2-gov-1',
    'cn-shanghai-inner',
    'cn-shenzhen-inner',
    'cn-wuhan',
    'cn-yushanfang',
    'cn-zhangbei',
    'rus-west-1-pop',
  ],
  'ecs-cn-hangzhou.aliyuncs.com': [
    'cn-beijing-nu16-b01',
    'cn-fujian',
    'cn-haidian-cm12-c01',
    'cn-hangzhou',
    'cn-hangzhou-bj-b01',
    'cn-hangzhou-internal-prod-1',
    'cn-hangzhou-internal-test-1',
    'cn-hangzhou-internal-test-2',
    'cn-hangzhou-internal-test-3',
    'cn-hangzhou-test-306',
    'cn-shanghai-et15-b01',
    'cn-shanghai-et2-b01',
    'cn-shanghai-finance-1',
    'cn-shanghai-internal-test-1',
    'cn-shenzhen-finance-1',
    'cn-shenzhen-st4-d01',
    'cn-shenzhen-su18-b01',
    'cn-zhangbei-na61-b01',
  ],
  'ecs.cn-qingdao-nebula.aliyuncs.com': ['cn-edge-1', 'cn-huhehaote-nebula-1', 'cn-zhengzhou-nebula-1'],
  'ecs.cn-shenzhen-cloudstone.aliyuncs.com': ['eu-west-1-oxs'],
  'ecs.cn-zhangjiakou.aliyuncs.com': ['cn-zhangjiakou-na62-a01'],
};

/** The same for `actiontrail.<region>.aliyuncs.com`. Source: PyPI `alibabacloud-actiontrail20200706`, `client.py`, 2026. */
const TRAIL_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'actiontrail.aliyuncs.com': [
    'cn-beijing-finance-1',
    'cn-beijing-finance-pop',
    'cn-beijing-gov-1',
    'cn-beijing-nu16-b01',
    'cn-edge-1',
    'cn-fujian',
    'cn-haidian-cm12-c01',
    'cn-hangzhou-bj-b01',
    'cn-hangzhou-finance',
    'cn-hangzhou-internal-prod-1',
    'cn-hangzhou-internal-test-1',
    'cn-hangzhou-internal-test-2',
    'cn-hangzhou-internal-test-3',
    'cn-hangzhou-test-306',
    'cn-hongkong-finance-pop',
    'cn-qingdao-nebula',
    'cn-shanghai-et15-b01',
    'cn-shanghai-et2-b01',
    'cn-shanghai-inner',
    'cn-shanghai-internal-test-1',
    'cn-shenzhen-finance-1',
    'cn-shenzhen-inner',
    'cn-shenzhen-st4-d01',
    'cn-shenzhen-su18-b01',
    'cn-wuhan',
    'cn-yushanfang',
    'cn-zhangbei-na61-b01',
    'cn-zhangjiakou-na62-a01',
    'cn-zhengzhou-nebula-1',
  ],
  'actiontrail.ap-northeast-1.aliyuncs.com': ['ap-northeast-2-pop', 'eu-west-1-oxs', 'rus-west-1-pop'],
};

/** By how its hosts are named. */
export type VendorService = 'ecs' | 'actiontrail' | 'quotas';

const EXCEPTIONS = { ecs: ENDPOINT_EXCEPTIONS, actiontrail: TRAIL_EXCEPTIONS } as const;

/** Of Quota Center, for every region. Source: PyPI `alibabacloud-quotas20200510`, `client.py`; the vendor's Terraform provider. */
const QUOTA_CENTER = 'https://quotas.aliyuncs.com';

/** The vendor's endpoint of a region, as an https origin; the error says what is wrong with the region. */
export function regionalEndpoint(region: string, service: VendorService = 'ecs'): Result<string, string> {
  if (region.length > 64 || !REGION.test(region)) {
    return err('the region is not a region id: write it such as cn-hangzhou');
  }
  if (service === 'quotas') return ok(QUOTA_CENTER);
  const exception = Object.entries(EXCEPTIONS[service]).find(([, regions]) => regions.includes(region));
  return ok(`https://${exception?.[0] ?? `${service}.${region}.aliyuncs.com`}`);
}

/**
 * Reads the endpoint of the config, with or without scheme, as an origin without a trailing slash.
 * Plain http is refused unless the host is this machine or `allowPlainHttp` is set.
 */
export function parseEndpoint(text: string, allowPlainHttp: boolean): Result<string, string> {
  const withScheme = text.includes('://') ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) {
    return err('the endpoint is not a URL: write it such as `https://ecs.cn-hangzhou.aliyuncs.com`');
  }
  const url = new URL(withScheme);
  const trouble = urlTrouble(url, withScheme !== text);
  if (trouble !== null) return err(trouble);
  if (url.protocol === 'https:') return ok(url.origin);
  if (url.protocol !== 'http:') return err('the endpoint must begin with https://');
  if (allowPlainHttp || isLoopbackHost(url.hostname)) return ok(url.origin);
  return err(
    `plain http would show credentials to the network: write \`https://${url.host}\`, or a loopback address`,
  );
}

/** What no scheme makes good; names neither user nor path. */
function urlTrouble(url: URL, isBare: boolean): string | null {
  if (url.username !== '' || url.password !== '') return 'the endpoint may not hold a user name';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return `the endpoint may not hold a path, query or fragment: write \`${url.protocol}//${url.host}\`, only scheme, host and port`;
  }
  // What listens on this machine mostly has no certificate: to guess https would end in an answer that no one understands.
  if (!isBare || !isLoopbackHost(url.hostname)) return null;
  return `${url.host} is of this machine, and has no scheme: write \`http://${url.host}\`, or https:// where it has a certificate`;
}

/** 169.254.0.0/16 or fe80::/10, as `URL.hostname` writes them: no router hands such packets on. */
export function isLinkLocalHost(hostname: string): boolean {
  return /^169\.254(\.\d{1,3}){2}$/.test(hostname) || /^\[fe[89ab][0-9a-f]:/.test(hostname);
}

/** `localhost`, 127.0.0.0/8 or ::1, as `URL.hostname` writes them. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
