// What the daemon has read of a group, put together from its pages: told when the last one has come.
import type { Reading, SentCall } from './facts.ts';

interface Body {
  readonly Permissions?: { readonly Permission?: Reading['shown'] };
  readonly NextToken?: string;
}

export class ReadingPages {
  readonly #begun = new Map<string, Reading>();
  readonly #read: (reading: Reading) => void;

  constructor(read: (reading: Reading) => void) {
    this.#read = read;
  }

  /** An answer that reached the daemon whole. */
  take({ group, params, life, atMs }: SentCall, answer: unknown): void {
    const { Permissions, NextToken = '' } = answer as Body;
    const page = Permissions?.Permission;
    if (page === undefined) return;
    const nicType = params.NicType ?? '';
    const walk = `${group} ${nicType}`;
    const before = params.NextToken === undefined ? undefined : this.#begun.get(walk);
    // It shows the group as it was when the first page was asked for, or later.
    const sentMs = before?.sentMs ?? atMs;
    const reading = { life, group, nicType, sentMs, shown: [...(before?.shown ?? []), ...page] };
    if (NextToken === '') this.#read(reading);
    this.#begun.set(walk, reading);
  }
}

/** The cloud may put fewer on a page than it is asked for. */
export function withPages(params: SentCall['params'], pageSize: number): SentCall['params'] {
  const { MaxResults } = params;
  const isSmall = MaxResults === undefined || Number(MaxResults) <= pageSize;
  return isSmall ? params : { ...params, MaxResults: String(pageSize) };
}
