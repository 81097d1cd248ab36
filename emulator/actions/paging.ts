// Paging with MaxResults and NextToken. The token is a sealed note to ourselves: which question the walk
// answers, in which order, and how far it is. So the server remembers nothing, and a token of another question
// is refused. Rules that come and go between two pages shift the rest, as an offset does; the manual promises
// nothing there.
import type { World } from '../action.ts';
import { integer, text, type Params } from './params.ts';

export interface PageRequest {
  readonly maxResults: number;
  readonly nextToken: string;
  /** What must stay the same during a walk: group, filters, ... */
  readonly question: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextToken: string;
}

/** Where a walk is. `seed` picks the order; 0 is the given one. */
interface Position {
  readonly question: string;
  readonly seed: number;
  readonly offset: number;
}

/**
 * @param key tells items apart; the order of a shuffled walk depends on it alone
 * @param newSeed draws the order of a new walk
 * @returns undefined when the token isn't one of ours for this question
 */
export function pageOf<T>(
  all: readonly T[],
  request: PageRequest,
  key: (item: T) => string,
  newSeed: () => number,
): Page<T> | undefined {
  const position = request.nextToken === '' ? startOf(request, newSeed()) : open(request);
  if (position === undefined) return undefined;
  const ordered = position.seed === 0 ? all : shuffled(all, position.seed, key);
  const end = position.offset + request.maxResults;
  return {
    items: ordered.slice(position.offset, end),
    nextToken: end < all.length ? seal({ ...position, offset: end }) : '',
  };
}

/** How an action limits MaxResults. */
export interface MaxResultsLimits {
  readonly least: number;
  readonly most: number;
  readonly standard: number;
}

/** MaxResults, or undefined when it is no number within the limits. */
export function readMaxResults(params: Params, limits: MaxResultsLimits): number | undefined {
  const given = text(params, 'MaxResults');
  const value = given === '' ? limits.standard : integer(given);
  return value === undefined || value < limits.least || value > limits.most ? undefined : value;
}

/** Seeds of new walks under the quirk pageOrder; 0 stands for the order in which things were made. */
export const seedSource =
  ({ quirks, random }: Pick<World, 'quirks' | 'random'>) =>
  (): number =>
    quirks.pageOrder === 'shuffled' ? Math.floor(random() * 2 ** 31) + 1 : 0;

const startOf = ({ question }: PageRequest, seed: number): Position => ({ question, seed, offset: 0 });

const seal = ({ question, seed, offset }: Position): string =>
  Buffer.from(`${seed} ${offset} ${question}`).toString('base64url');

function open({ nextToken, question }: PageRequest): Position | undefined {
  const note = /^(\d{1,10}) (\d{1,9}) (.*)$/s.exec(Buffer.from(nextToken, 'base64url').toString());
  if (note?.[3] !== question) return undefined;
  return { question, seed: Number(note[1]), offset: Number(note[2]) };
}

/** The order that sorting by a seeded hash of the key gives: the same for the same seed on every page. */
function shuffled<T>(all: readonly T[], seed: number, key: (item: T) => string): T[] {
  return all
    .map((item) => ({ item, rank: hash(key(item), seed) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** FNV-1a with the seed mixed in; only has to scatter. */
function hash(value: string, seed: number): number {
  let mixed = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < value.length; index += 1) {
    mixed = Math.imul(mixed ^ value.charCodeAt(index), 0x01000193) >>> 0;
  }
  return mixed;
}
