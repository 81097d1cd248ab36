// Failures on order: which call fails, how, and how often. Only an authentic call of a known action can be hit.
import { z } from 'zod';
import { ACTION_NAMES } from '../actions/services.ts';
import { checked, InputError } from '../admin/input.ts';

const KINDS = [
  'throttle',
  'error',
  'resetBefore',
  'resetAfter',
  'hang',
  'slow',
  'html',
  'empty',
  'truncate',
] as const;

/**
 * What goes wrong:
 * - `throttle`: refused with `code` (Throttling.User), retry-after `delayMs` (to the next minute); no effect
 * - `error`: refused with `code` (InternalError) and `status` (500); no effect
 * - `resetBefore`: no effect, then a reset connection
 * - `resetAfter`: takes effect, then a reset connection
 * - `hang`: takes effect, then no answer ever
 * - `slow`: takes effect only after `delayMs` (1000), even if the client has gone by then; a twin with the same
 *   ClientToken is answered IdempotentProcessing until then
 * - `html`: takes effect, but the answer is a proxy's page with `status` (502)
 * - `empty`: takes effect, but the answer is an empty body with `status` (200)
 * - `truncate`: takes effect, but the answer ends in the middle
 *
 * Where the contract leaves it open, a fault is the one that is hardest for a client: done, and not reported.
 */
export type FaultKind = (typeof KINDS)[number];

/** The kinds that answer with a code. */
const REFUSALS: ReadonlySet<FaultKind> = new Set(['throttle', 'error']);

const MAX_FAULTS = 1000;
const MAX_DELAY_MS = 3_600_000;

const ACTION_HINT = `expected * or one of ${[...ACTION_NAMES].join(', ')}`;

const schema = z
  .strictObject({
    action: z.string().refine((name) => name === '*' || ACTION_NAMES.has(name), ACTION_HINT),
    kind: z.enum(KINDS),
    probability: z.number().min(0).max(1).default(1),
    /** How many more calls it hits; absent: no end. */
    count: z.int().min(0).max(1_000_000_000).optional(),
    code: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters')
      .optional(),
    status: z.int().min(200).max(599).optional(),
    delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
  })
  .refine(({ kind, status = 400 }) => status >= 400 || !REFUSALS.has(kind), {
    path: ['status'],
    message: 'must be 400 to 599: the call is refused',
  });

export type Fault = Readonly<z.infer<typeof schema>>;

const HINT =
  `A fault is {"action":"*|NAME","kind":"${KINDS.join('|')}",` +
  `"probability":0..1,"count":N,"code":"...","status":N,"delayMs":N}`;

/** The faults of a JSON list; throws an InputError that lists every problem. */
export function parseFaults(json: unknown): readonly Fault[] {
  if (!Array.isArray(json)) throw new InputError(`faults: expected a list. ${HINT}`);
  return checked(z.array(schema).max(MAX_FAULTS), json, { name: 'faults', hint: HINT });
}

export class Faults {
  readonly #random: () => number;
  #faults: readonly Fault[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The faults still to come. */
  get list(): readonly Fault[] {
    return this.#faults;
  }

  replace(faults: readonly Fault[]): void {
    this.#faults = faults.filter((fault) => fault.count !== 0);
  }

  /** The first fault that hits this call, if any; its count goes down. */
  pick(action: string): Fault | undefined {
    if (this.#faults.length === 0) return undefined;
    const hit = this.#faults.find(
      (fault) =>
        (fault.action === '*' || fault.action === action) &&
        (fault.probability === 1 || this.#random() < fault.probability),
    );
    if (hit?.count !== undefined) {
      const left = { ...hit, count: hit.count - 1 };
      this.replace(this.#faults.map((fault) => (fault === hit ? left : fault)));
    }
    return hit;
  }
}
