// EcsApi over a transport.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import { ok } from '../../reconciler/model/result.ts';
import type { EcsApi } from './api.ts';
import { createAsk, type Pacer } from './ask.ts';
import { acceptedSchema } from './convert/answer-schemas.ts';
import { createGroupReader } from './group-reader.ts';
import { createEntryReader } from './list-entries.ts';
import { createListReader } from './list-reader.ts';
import type { Transport } from './transport/transport.ts';

export interface EcsClientOptions {
  readonly transport: Transport;
  readonly pacer: Pacer;
  /** `auto`: by whether the described rules have ids. */
  readonly apiLevel: 'auto' | ApiLevel;
}

/** The client of one account; the account of a call only chooses its lane. */
export function createEcsClient(options: EcsClientOptions): EcsApi {
  const ask = createAsk(options.transport, options.pacer);
  return {
    ...createGroupReader(ask, options.apiLevel),
    ...createListReader(ask),
    ...createEntryReader(ask),
    write: async ({ account, region, operation, params, clientToken }) => {
      if (params.RegionId !== region) throw new Error(`a call to ${region} names another RegionId`);
      const sent = { ...params, ClientToken: clientToken };
      const accepted = await ask({ account, region }, operation, sent, acceptedSchema);
      return accepted.ok ? ok({ requestId: accepted.value.RequestId }) : accepted;
    },
  };
}
