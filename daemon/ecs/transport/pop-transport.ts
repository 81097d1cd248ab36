// Transport over @alicloud/pop-core 1.8.0, which signs and sends, and nothing more. It never retries, never looks
// at the HTTP status, gives up reading without closing the connection, and would send an unsigned request
// without a word if there were no credentials. What it throws is pop-errors.ts's part. Each trap has a test of its
// own against a real server.
import Core from '@alicloud/pop-core';
import type { Result } from '../../../reconciler/model/result.ts';
import { systemClock } from '../../clock.ts';
import type { Credentials, CredentialsSource } from '../credentials/credentials.ts';
import type { WireParams } from '../api.ts';
import { parseEndpoint, regionalEndpoint, type VendorService } from '../../config/accounts/endpoint.ts';
import { AnswerTap } from './answer-tap.ts';
import { AnswerTurns } from './answer-turns.ts';
import { boundedAgents } from './bounded-agent.ts';
import {
  exchangeSchema,
  failedAnswer,
  failureOf,
  MayNotBegin,
  refusalOf,
  WithoutCredentials,
} from './pop-errors.ts';
import { silenceVendorDebug } from './silence-debug.ts';
import type { CallManner, RefusedAnswer, Transport, TransportAnswer } from './transport.ts';

export interface PopTransportOptions {
  /** Whose API is called; default: ECS. */
  readonly service?: VendorService;
  readonly credentials: CredentialsSource;
  /** Overrides the vendor's endpoint of every region; null: the vendor's. */
  readonly endpoint: string | null;
  /** Whether `endpoint` may be plain http on another machine. */
  readonly allowPlainHttp: boolean;
  /** Longest wait for a connection, and then for the whole answer. */
  readonly timeoutMs: number;
  /** Most connections at a time for each kind of URL. */
  readonly maxSockets: number;
}

const API_VERSIONS: Readonly<Record<VendorService, string>> = {
  ecs: '2014-05-26',
  actiontrail: '2020-07-06',
  quotas: '2020-05-10',
};
const LONE_SURROGATE = /\p{Surrogate}/u;
/**
 * httpx has two clocks for one limit: for the whole answer, and for a silent socket. Where headers come at once and
 * then nothing, both run out in the same millisecond; if the socket's were first, a late answer would be reported as a
 * broken connection. So the socket's runs a little longer.
 */
const IDLE_MARGIN_MS = 100;
/** After these answers the credentials are worth nothing: fetch others for the next call. */
const CREDENTIALS_REFUSED = /^(InvalidSecurityToken|InvalidAccessKeyId|SignatureDoesNotMatch)/;

/** What the library's declarations leave out: providers, the second argument, and what `verbose` resolves to. */
interface VerboseCore {
  request(operation: string, params: object, options: object): Promise<[json: unknown, exchange: unknown]>;
}
const VerboseCore = Core as unknown as new (
  config: { endpoint: string; apiVersion: string; credentialsProvider: object },
  verbose: true,
) => VerboseCore;

interface Sending {
  readonly signal: AbortSignal;
  readonly mayBegin: () => boolean;
  readonly tap: AnswerTap | null;
}

/** One attempt of a call over the vendor's library, for all regions of an account. */
export class PopTransport implements Transport {
  readonly #options: PopTransportOptions;
  /** One client an endpoint. */
  readonly #clients = new Map<string, VerboseCore>();
  readonly #agents: ReturnType<typeof boundedAgents>;
  readonly #turns = new AnswerTurns(systemClock);
  /** Secrets that requests were signed with lately: no message may repeat them. */
  #secrets: readonly string[] = [];

  constructor(options: PopTransportOptions) {
    silenceVendorDebug();
    this.#options = options;
    this.#agents = boundedAgents(options.maxSockets);
  }

  async call(
    operation: string,
    params: WireParams,
    { mayBegin = always, known }: CallManner = {},
  ): Promise<TransportAnswer> {
    const endpoint = endpointFor(params.RegionId ?? '', this.#options);
    if (!endpoint.ok) return failedAnswer('Transport.BadEndpoint', endpoint.error);
    if (Object.values(params).some((value) => LONE_SURROGATE.test(value))) {
      return failedAnswer('Transport.Unencodable', 'a parameter holds half of a surrogate pair');
    }
    const giveUp = new AbortController();
    try {
      const tap = known === undefined ? null : new AnswerTap(known, this.#turns);
      const sending = { signal: giveUp.signal, mayBegin, tap };
      const options = this.#requestOptions(endpoint.value, sending);
      const [json, exchange] = await this.#clientOf(endpoint.value).request(operation, params, options);
      const told = tap === null ? {} : { digest: tap.digest, isKnown: tap.isKnown };
      return { kind: 'answered', status: httpStatusOf(exchange), body: plainJson(json), ...told };
    } catch (error) {
      const refusal = refusalOf(error, this.#secrets);
      if (refusal !== null) {
        if (CREDENTIALS_REFUSED.test(refusal.code)) this.#options.credentials.forget();
        return this.#withPlace(refusal);
      }
      giveUp.abort(); // httpx stops reading a late answer but leaves the connection to it open
      return failureOf(error, endpoint.value);
    }
  }

  /** Of a wrong key, where it stands. Before what the vendor says, the end of which is cut for the secrets that may be in it. */
  #withPlace(refusal: RefusedAnswer): RefusedAnswer {
    const { keyPlaces } = this.#options.credentials;
    const isId = refusal.code.startsWith('InvalidAccessKeyId');
    if (!isId && !refusal.code.startsWith('SignatureDoesNotMatch')) return refusal;
    const what = isId
      ? `no one has the access key id of ${keyPlaces.id}, or it is not active`
      : `the secret of ${keyPlaces.secret} is not that of its access key`;
    return { ...refusal, message: `${what}: ${refusal.message}` };
  }

  #requestOptions(endpoint: string, { signal, mayBegin, tap }: Sending): object {
    const { timeoutMs } = this.#options;
    return {
      method: 'POST', // in capitals: otherwise everything, token and signature, would go into the URL
      timeout: timeoutMs,
      agent: endpoint.startsWith('https:') ? this.#agents.https : this.#agents.http,
      // Called last, with credentials and signature there, and the request made in the same turn.
      beforeRequest: (request: object) => {
        if (!mayBegin()) throw new MayNotBegin();
        return { ...request, timeout: timeoutMs + IDLE_MARGIN_MS, signal, ...(tap === null ? {} : { tap }) };
      },
    };
  }

  #clientOf(endpoint: string): VerboseCore {
    const credentialsProvider = { getCredentials: () => this.#signingCredentials() };
    // Its config is its own: pop-core writes to it.
    const apiVersion = API_VERSIONS[this.#options.service ?? 'ecs'];
    const config = { endpoint, apiVersion, credentialsProvider };
    const client = this.#clients.get(endpoint) ?? new VerboseCore(config, true);
    this.#clients.set(endpoint, client);
    return client;
  }

  async #signingCredentials(): Promise<Credentials> {
    const credentials = await this.#options.credentials.get();
    if (!credentials.ok) throw new WithoutCredentials(credentials.error);
    const { accessKeySecret, securityToken } = credentials.value;
    this.#secrets = [accessKeySecret, securityToken ?? ''];
    return credentials.value;
  }
}

const always = (): boolean => true;

function endpointFor(region: string, options: PopTransportOptions): Result<string, string> {
  const regional = regionalEndpoint(region, options.service);
  if (!regional.ok || options.endpoint === null) return regional;
  return parseEndpoint(options.endpoint, options.allowPlainHttp);
}

const httpStatusOf = (exchange: unknown): number => exchangeSchema.parse(exchange).response.statusCode;

/**
 * json-bigint makes BigNumber objects of long integers such as account ids, and objects without a prototype. The former
 * become texts of all their digits. Changes what it is given: answers are large, and a copy took longer than reading them.
 */
function plainJson(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const inside = json as Record<string, unknown>;
  if (typeof inside.toJSON === 'function') return JSON.parse(JSON.stringify(json)) as unknown;
  for (const key in inside) {
    const each = inside[key];
    if (typeof each === 'object') inside[key] = plainJson(each);
  }
  return json;
}
