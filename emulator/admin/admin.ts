// The admin API under /_emulator/: tests and curious people set the cloud up, look at it, and break it.
// Its calls have no signature, so only this machine may make them, and no web page that is open on it.
import { z } from 'zod';
import type { CallLog } from './call-log.ts';
import type { Cloud } from '../cloud.ts';
import { type Faults, parseFaults } from '../gateway/faults.ts';
import { checked, InputError } from './input.ts';
import { parseQuirks } from './quirks-input.ts';
import { auditStateEdit } from './state-edit.ts';
import { dumpState, parseState } from './state-file.ts';
import type { AuditTrail } from '../trail/audit-trail.ts';
import { bodyLimitBytes, ADMIN_PREFIX, headerOf, type Reply, type WireRequest } from '../wire/wire.ts';

export interface AdminOptions {
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly trail: AuditTrail;
}

type Endpoint = (body: unknown, wire: WireRequest) => unknown;

/** By path and method. */
type EndpointTable = Readonly<Record<string, Readonly<Partial<Record<string, Endpoint>>>>>;

const MAX_ADVANCE_MS = 10 * 365 * 86_400_000;

/** After the year 9999 times are written in another form, and later Date has no more; so the clock stops before. */
const LATEST_MS = Date.UTC(9999, 0, 1);

const clockBody = z.strictObject({ advanceMs: z.int().min(0).max(MAX_ADVANCE_MS) });
const CLOCK_HINT = 'The body is {"advanceMs": N}, milliseconds';

export class Admin {
  readonly #table: EndpointTable;

  constructor(options: AdminOptions) {
    this.#table = endpointTable(options);
  }

  handle(wire: WireRequest): Reply {
    const stranger = whyStranger(wire);
    if (stranger !== undefined) {
      return json(403, {
        error: stranger,
        hint: 'The admin API serves only this machine, and no web pages.',
      });
    }
    const path = wire.target.split('?', 1)[0] ?? '';
    const methods = Object.hasOwn(this.#table, path) ? this.#table[path] : undefined;
    if (methods === undefined) return json(404, { error: `no endpoint ${path}`, hint: this.#overview() });
    const endpoint = Object.hasOwn(methods, wire.method) ? methods[wire.method] : undefined;
    if (endpoint === undefined)
      return json(405, { error: `${path} has no ${wire.method}`, hint: this.#overview() });
    return answered(endpoint, wire);
  }

  #overview(): string {
    const endpoints = Object.entries(this.#table).map(
      ([path, methods]) => `${Object.keys(methods).join('|')} ${path}`,
    );
    return `The endpoints are: ${endpoints.join(', ')}`;
  }
}

function endpointTable({ cloud, faults, calls, trail }: AdminOptions): EndpointTable {
  const state = () => dumpState(cloud.state);
  const quirks = () => cloud.quirks;
  const listFaults = () => faults.list;
  const now = () => ({ now: new Date(cloud.nowMs()).toISOString() });
  return {
    [`${ADMIN_PREFIX}state`]: {
      GET: state,
      PUT: (body, wire) => {
        const before = cloud.state;
        cloud.replaceState(parseState(body));
        auditStateEdit(
          {
            ...{ before, after: cloud.state, timeMs: cloud.nowMs() },
            namesResource: cloud.quirks.auditResource === 'group',
          },
          wire,
          trail,
        );
        return state();
      },
    },
    [`${ADMIN_PREFIX}calls`]: {
      GET: () => calls.list(),
      DELETE: () => {
        calls.clear();
        return [];
      },
    },
    [`${ADMIN_PREFIX}faults`]: {
      GET: listFaults,
      PUT: (body) => {
        faults.replace(parseFaults(body));
        return listFaults();
      },
    },
    [`${ADMIN_PREFIX}quirks`]: {
      GET: quirks,
      PUT: (body) => {
        cloud.replaceQuirks(parseQuirks(body, cloud.quirks));
        return quirks();
      },
    },
    [`${ADMIN_PREFIX}clock`]: {
      GET: now,
      POST: (body) => {
        const { advanceMs } = checked(clockBody, body, { name: 'clock', hint: CLOCK_HINT });
        if (cloud.nowMs() + advanceMs > LATEST_MS) throw new InputError('the clock ends with the year 9998');
        cloud.advance(advanceMs);
        return now();
      },
    },
  };
}

function answered(endpoint: Endpoint, wire: WireRequest): Reply {
  try {
    return json(200, endpoint(bodyOf(wire), wire));
  } catch (error) {
    if (error instanceof InputError) return json(400, { error: error.message });
    throw error;
  }
}

/** Parsed body of a PUT or POST; `undefined` for the others. */
function bodyOf(wire: WireRequest): unknown {
  if (wire.method !== 'PUT' && wire.method !== 'POST') return undefined;
  if (wire.body === 'tooLarge') {
    throw new InputError(`the body is larger than ${bodyLimitBytes(wire.target)} bytes`);
  }
  try {
    return JSON.parse(wire.body.toString('utf8')) as unknown;
  } catch (error) {
    throw new InputError(`the body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Why this request may not use the admin API, if so. The Host header is checked against a page that had its own name
 * resolve to this machine; Origin and Sec-Fetch-Site against a page of any other name.
 */
function whyStranger(wire: WireRequest): string | undefined {
  if (!LOOPBACK_ADDRESS.test(wire.remoteAddress)) return 'the request comes from another machine';
  if (!LOOPBACK_HOST.test(headerOf(wire, 'host') ?? '')) return 'the Host header is not a loopback name';
  if (headerOf(wire, 'origin') !== undefined) return 'the request comes from a web page';
  const site = headerOf(wire, 'sec-fetch-site') ?? 'none';
  return site === 'none' ? undefined : 'the request comes from a web page';
}

function json(status: number, content: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8' },
    body: JSON.stringify(content),
  };
}
