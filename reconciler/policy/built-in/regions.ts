// Regions by their ids, to tell a slip of the hand. The vendor opens new ones, so one that is not here is not refused.
import { cureText, quote, type Complaint } from '../read/complaint.ts';
import { didYouMean, nearestWord } from '../schema/suggest.ts';

/** Source: the vendor's page "Regions and zones", 2026, and the endpoints of npm `@alicloud/ecs20140526` 7.11.6. */
const REGIONS: readonly string[] = [
  ...['qingdao', 'beijing', 'zhangjiakou', 'huhehaote', 'wulanchabu', 'hangzhou', 'shanghai', 'nanjing'],
  ...['fuzhou', 'wuhan-lr', 'shenzhen', 'heyuan', 'guangzhou', 'chengdu', 'hongkong', 'zhengzhou-jva'],
  ...['hangzhou-finance', 'shanghai-finance-1', 'shenzhen-finance-1', 'beijing-finance-1', 'north-2-gov-1'],
]
  .map((name) => `cn-${name}`)
  .concat(
    ...['ap-northeast-1', 'ap-northeast-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3'],
    ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ap-south-1', 'us-east-1', 'us-west-1'],
    ...['us-southeast-1', 'na-south-1', 'eu-west-1', 'eu-central-1', 'me-east-1', 'me-central-1'],
  );

/** Of an id of the right form; null: nothing is to be said. */
export function regionWarning(region: string): Complaint | null {
  if (REGIONS.includes(region)) return null;
  const [, ofZone] = /^(.+?)-?[a-z]$/.exec(region) ?? [];
  if (ofZone !== undefined && REGIONS.includes(ofZone)) {
    const message = `${quote(region)} is a zone of a region`;
    return { code: 'zone-as-region', message, hint: cureText('write', ofZone) };
  }
  const near = nearestWord(region, REGIONS);
  if (near === null || withoutDigits(near) === withoutDigits(region)) return null;
  const message = `no region ${quote(region)} is known here`;
  return { code: 'unknown-region', message, hint: didYouMean(region, REGIONS) };
}

/** A number is no slip: the vendor opens the next one in a place where it has some. */
const withoutDigits = (text: string): string => text.replace(/\d/g, '');

/** Of a text that is no id: `Hangzhou`, `cn_hangzhou`. */
export function regionHint(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-');
  const near = nearestWord(plain, REGIONS) ?? nearestWord(`cn-${plain}`, REGIONS);
  return near === null ? '' : `did you mean ${JSON.stringify(near)}?`;
}
