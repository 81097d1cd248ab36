// EcsApi over a transport.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import { ok } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import type { EcsApi } from './api.ts';
import { createAsk, createAskUnlessKnown, type Pacer } from './ask.ts';
import { acceptedSchema } from './convert/answer-schemas.ts';
import { createGroupReader } from './group-reader.ts';
import { createGroupPages } from './heads/group-pages.ts';
import { HeadStore } from './heads/head-store.ts';
import type { GroupHeads, HeadAges } from './heads/heads.ts';
import { createEntryReader } from './list-entries.ts';
import { createListReader } from './list-reader.ts';
import type { Transport } from './transport/transport.ts';

export interface EcsClientOptions {
  readonly transport: Transport;
  readonly pacer: Pacer;
  /** `auto`: by whether the described rules have ids. */
  readonly apiLevel: 'auto' | ApiLevel;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly headAges: HeadAges;
  /** Whether a call that changes the group may be sent at this instant. */
  readonly mayWrite: (group: GroupRef) => boolean;
}

export interface EcsClient extends EcsApi {
  readonly heads: GroupHeads;
}

/** The client of one account; the account of a call only chooses its lane. */
export function createEcsClient(options: EcsClientOptions): EcsClient {
  const { apiLevel, clock, headAges: ages } = options;
  const ask = createAsk(options.transport, options.pacer);
  const askUnlessKnown = createAskUnlessKnown(options.transport, options.pacer);
  const readGroups = createGroupPages(ask);
  const heads = new HeadStore({ readGroups, clock, ages });
  return {
    heads,
    ...createGroupReader({ ask, askUnlessKnown, apiLevel, heads, readGroups, clock }),
    ...createListReader(ask),
    ...createEntryReader(ask),
    write: async ({ account, region, operation, params, clientToken }) => {
      if (params.RegionId !== region) throw new Error(`a call to ${region} names another RegionId`);
      const sent = { ...params, ClientToken: clientToken };
      const group = { account, region, id: params.SecurityGroupId ?? '' };
      const mayBegin = (): boolean => options.mayWrite(group);
      const accepted = await ask({ account, region, mayBegin }, operation, sent, acceptedSchema);
      return accepted.ok ? ok({ requestId: accepted.value.RequestId }) : accepted;
    },
  };
}
