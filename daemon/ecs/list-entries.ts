// What prefix lists and port lists hold. A list is read whole or not at all: one entry that cannot be told, and the list
// counts as unread, for a list that seems smaller than it is would make rules look harmless.
import type { KnownPrefixList } from '../../reconciler/exposure/engine/context.ts';
import type { ReadOperation } from '../../reconciler/model/operation.ts';
import { parsePortRange, type PortRange } from '../../reconciler/model/ports.ts';
import { parsePrefix, type Family, type Prefix } from '../../reconciler/model/prefix.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { EcsApi } from './api.ts';
import type { Ask } from './ask.ts';
import { portEntriesSchema, prefixEntriesSchema } from './convert/answer-schemas.ts';
import type { Failure } from './failures/failure.ts';
import { readFailure } from './pages.ts';

export function createEntryReader(ask: Ask): Pick<EcsApi, 'prefixListEntries' | 'portListEntries'> {
  return {
    prefixListEntries: async (place, id) => {
      const operation = 'DescribePrefixListAttributes';
      const params = { RegionId: place.region, PrefixListId: id };
      const answer = await ask(place, operation, params, prefixEntriesSchema);
      if (!answer.ok) return answer;
      const { PrefixListId, AddressFamily, Entries } = answer.value;
      if (PrefixListId !== id) return unreadable(operation, 'the answer is about another list');
      const family = FAMILIES_OF.get(AddressFamily.toLowerCase());
      if (family === undefined) return unreadable(operation, `unknown address family "${AddressFamily}"`);
      return prefixList(
        family,
        Entries.Entry.map(({ Cidr }) => Cidr),
      );
    },
    portListEntries: async (place, id) => {
      const operation = 'DescribePortRangeListEntries';
      const params = { RegionId: place.region, PortRangeListId: id };
      const answer = await ask(place, operation, params, portEntriesSchema);
      return answer.ok ? portRanges(answer.value.Entries.map(({ PortRange: text }) => text)) : answer;
    },
  };
}

const FAMILIES_OF: ReadonlyMap<string, Family> = new Map([
  ['ipv4', 'ipv4'],
  ['ipv6', 'ipv6'],
]);

function prefixList(family: Family, texts: readonly string[]): Result<KnownPrefixList, Failure> {
  const entries: Prefix[] = [];
  for (const text of texts) {
    const parsed = parsePrefix(text, 'mask');
    if (!parsed.ok || parsed.value.kind !== family) {
      return unreadable('DescribePrefixListAttributes', `an entry is not of ${family}: ${text}`);
    }
    entries.push(parsed.value);
  }
  return ok({ family, entries });
}

function portRanges(texts: readonly string[]): Result<readonly PortRange[], Failure> {
  const ranges: PortRange[] = [];
  for (const text of texts) {
    const range = parsePortRange(text);
    if (range === null) return unreadable('DescribePortRangeListEntries', `an entry is no range: ${text}`);
    ranges.push(range);
  }
  return ok(ranges);
}

const unreadable = (operation: ReadOperation, message: string): Result<never, Failure> =>
  err(readFailure(operation, 'Transport.Unreadable', message));
