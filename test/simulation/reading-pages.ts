// What the daemon has read of a group, put together from its pages: told when the last one has come.
import type { Reading, SentCall } from './facts.ts';

interface Body {
  readonly Permissions?: { readonly Permission?: Reading['shown'] };
  readonly NextToken?: string;
}

export class ReadingPages {
  readonly #begun = new Map<string, Reading>();
  readonly #lastAsked = new Map<string, SentCall>();
  readonly #read: (reading: Reading) => void;

  constructor(read: (reading: Reading) => void) {
    this.#read = read;
  }

  asked(call: SentCall): void {
    this.#lastAsked.set(walkOf(call), call);
  }

  /** An answer that reached the daemon whole. One that comes after the daemon has asked again, the run of it being given up, is not heard. */
  take(call: SentCall, answer: unknown): void {
    const walk = walkOf(call);
    if (this.#lastAsked.get(walk) !== call) return;
    const { group, params, life, atMs } = call;
    const { Permissions, NextToken = '' } = answer as Body;
    const page = Permissions?.Permission;
    if (page === undefined) return;
    const nicType = params.NicType ?? '';
    const before = params.NextToken === undefined ? undefined : this.#begun.get(walk);
    // It shows the group as it was when the first page was asked for, or later.
    const sentMs = before?.sentMs ?? atMs;
    const reading = {
      life,
      group,
      nicType,
      sentMs,
      shown: withoutTwins([...(before?.shown ?? []), ...page]),
    };
    if (NextToken === '') this.#read(reading);
    this.#begun.set(walk, reading);
  }
}

const walkOf = ({ group, params }: SentCall): string => `${group} ${params.NicType ?? ''}`;

/** A rule that comes in between two pages pushes the last one of a page onto the next, too. */
function withoutTwins(shown: Reading['shown']): Reading['shown'] {
  const idOf = ({ SecurityGroupRuleId: id }: Reading['shown'][number]) => (typeof id === 'string' ? id : '');
  const ids = shown.map(idOf);
  return shown.filter((rule, index) => idOf(rule) === '' || ids.indexOf(idOf(rule)) === index);
}

/** The cloud may put fewer on a page than it is asked for. */
export function withPages(params: SentCall['params'], pageSize: number): SentCall['params'] {
  const { MaxResults } = params;
  const isSmall = MaxResults === undefined || Number(MaxResults) <= pageSize;
  return isSmall ? params : { ...params, MaxResults: String(pageSize) };
}
