// Reads an API call off the wire, whichever of the vendor's two signing schemes it uses. Reading never throws: a
// request that cannot be read still has a format to be refused in, and a name to be recorded under.
import { ApiError } from '../action.ts';
import { readParameters } from './parameters.ts';
import { reject } from '../gateway/refusals.ts';
import { bodyLimitBytes, headerOf, type WireRequest } from './wire.ts';

export type Format = 'JSON' | 'XML';

/** Who says to have signed, when, and the proof. Absent parts are `undefined`. */
export interface Signed {
  /** V1: HMAC-SHA1 in the parameters. V3: ACS3-HMAC-SHA256 in the headers. */
  readonly scheme: 'V1' | 'V3';
  readonly accessKeyId: string | undefined;
  readonly securityToken: string | undefined;
  readonly timestamp: string | undefined;
  readonly nonce: string | undefined;
  readonly signature: string | undefined;
  /** Names of the headers that a V3 signature covers, as sent. */
  readonly signedHeaders: string;
}

export interface ApiRequest {
  readonly wire: WireRequest;
  readonly signed: Signed;
  readonly format: Format;
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  /** Query and form together. */
  readonly sent: ReadonlyMap<string, string>;
  /** The action's own parameters: no signature, no credentials. */
  readonly params: ReadonlyMap<string, string>;
  /** Why the request cannot be understood, if so. */
  readonly problem: ApiError | undefined;
}

/** Parameters that belong to the gateway and not to the action. */
const PUBLIC_PARAMETERS = [
  'AccessKeyId',
  'Action',
  'Format',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureType',
  'SignatureVersion',
  'Timestamp',
  'Version',
];

const V3_ALGORITHM = 'ACS3-HMAC-SHA256';

export function readRequest(wire: WireRequest): ApiRequest {
  const query = new Map<string, string>();
  const sent = new Map<string, string>();
  let problem = readInto(wire, query, sent);
  const params = new Map(sent);
  for (const name of PUBLIC_PARAMETERS) params.delete(name);
  const authorization = headerOf(wire, 'authorization') ?? '';
  const isV3 = authorization.startsWith(V3_ALGORITHM) || isUnsignedV3(wire, sent);
  const format = (sent.get('Format') ?? (isV3 ? 'JSON' : 'XML')).toUpperCase();
  if (format !== 'JSON' && format !== 'XML') problem ??= reject('InvalidParameter.Format');
  return {
    wire,
    ...(isV3 ? namedByHeaders(wire, authorization) : namedByParameters(sent)),
    format: format === 'JSON' ? 'JSON' : 'XML',
    query,
    sent,
    params,
    problem,
  };
}

type Named = Pick<ApiRequest, 'signed' | 'action' | 'version'>;

const namedByHeaders = (wire: WireRequest, authorization: string): Named => ({
  signed: signedV3(wire, authorization),
  action: headerOf(wire, 'x-acs-action'),
  version: headerOf(wire, 'x-acs-version'),
});

const namedByParameters = (sent: ReadonlyMap<string, string>): Named => ({
  signed: signedV1(sent),
  action: sent.get('Action'),
  version: sent.get('Version'),
});

/** A V3 call whose Authorization is missing: V1 has its action in the parameters. */
const isUnsignedV3 = (wire: WireRequest, sent: ReadonlyMap<string, string>): boolean =>
  headerOf(wire, 'authorization') === undefined &&
  headerOf(wire, 'x-acs-action') !== undefined &&
  !sent.has('Action');

/** Fills the maps as far as the request can be read. */
function readInto(
  wire: WireRequest,
  query: Map<string, string>,
  sent: Map<string, string>,
): ApiError | undefined {
  const at = wire.target.indexOf('?');
  try {
    readParameters(at < 0 ? '' : wire.target.slice(at + 1), query);
    for (const [name, value] of query) sent.set(name, value);
    if (wire.method !== 'GET' && wire.method !== 'POST') return reject('UnsupportedHTTPMethod', wire.method);
    if ((at < 0 ? wire.target : wire.target.slice(0, at)) !== '/') return reject('InvalidApi.NotFound');
    if (wire.body === 'tooLarge') return reject('RequestBodyTooLarge', `${bodyLimitBytes(wire.target)}`);
    if (isForm(wire)) readParameters(wire.body.toString('utf8'), sent);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function isForm(wire: WireRequest): boolean {
  const type = headerOf(wire, 'content-type');
  return type === undefined || type.toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function signedV1(sent: ReadonlyMap<string, string>): Signed {
  return {
    scheme: 'V1',
    accessKeyId: sent.get('AccessKeyId'),
    securityToken: given(sent.get('SecurityToken')),
    timestamp: sent.get('Timestamp'),
    nonce: sent.get('SignatureNonce'),
    signature: sent.get('Signature'),
    signedHeaders: '',
  };
}

/** An empty value counts as left out. */
const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function signedV3(wire: WireRequest, authorization: string): Signed {
  const parts = new Map<string, string>();
  for (const part of authorization.slice(V3_ALGORITHM.length).split(',')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return {
    scheme: 'V3',
    accessKeyId: parts.get('Credential'),
    securityToken: given(headerOf(wire, 'x-acs-security-token')),
    timestamp: headerOf(wire, 'x-acs-date'),
    nonce: headerOf(wire, 'x-acs-signature-nonce'),
    signature: parts.get('Signature'),
    signedHeaders: parts.get('SignedHeaders') ?? '',
  };
}
