// What of a policy file the other files need: the names that it defines, those that it uses, and whether it could be read.
// Plain data, small where a file defines nothing.
import type { Problem } from '../../../model/problem.ts';
import type { PolicyFile } from '../../read/file.ts';
import { locateByTable, NO_PLACES, placesOfKeys, type PlaceTable } from '../../read/place-table.ts';
import type { PolicyDocument } from '../../schema/document.ts';
import type { FileToCompile } from '../file-context.ts';
import { namesUsed, type NamesUsed } from './names-used.ts';

export interface FileHead {
  readonly path: string;
  /** What is wrong with the file as far as it can be judged by itself. */
  readonly problems: readonly Problem[];
  readonly hasErrors: boolean;
  /** False if it is so broken that not even its keys are certain. */
  readonly isRead: boolean;
  readonly declares: PolicyFile['declares'];
  readonly networks: PolicyDocument['networks'];
  readonly services: PolicyDocument['services'];
  /** Of its definitions. */
  readonly places: PlaceTable;
  /** By groups and expectations. */
  readonly uses: NamesUsed;
}

const NO_NETWORKS: FileHead['networks'] = new Map<string, never>();
const NO_SERVICES: FileHead['services'] = new Map<string, never>();
const NONE_DECLARED: ReadonlySet<string> = new Set();
const NOTHING_DECLARED: FileHead['declares'] = { networks: NONE_DECLARED, services: NONE_DECLARED };

/** As it comes from another thread, each part of it an object of its own: what is empty is one object in all heads. */
export function leanHead(head: FileHead): FileHead {
  const { declares, networks, services } = head;
  const sizes = [declares.networks, declares.services, networks, services].map(({ size }) => size);
  if (sizes.some((size) => size > 0)) return head;
  return {
    ...head,
    declares: NOTHING_DECLARED,
    networks: NO_NETWORKS,
    services: NO_SERVICES,
    places: NO_PLACES,
  };
}

export const isError = ({ severity }: Problem): boolean => severity === 'error';

export function fileHeadOf({ path, problems, document, declares, placeTable }: PolicyFile): FileHead {
  const networks: FileHead['networks'] = document?.networks ?? NO_NETWORKS;
  const services: FileHead['services'] = document?.services ?? NO_SERVICES;
  const places =
    networks.size + services.size === 0 ? NO_PLACES : placesOfKeys(placeTable(), ['networks', 'services']);
  return {
    path,
    problems,
    hasErrors: problems.some(isError),
    isRead: document !== null,
    declares,
    networks,
    services,
    places,
    uses: namesUsed(document),
  };
}

/** Whether it may give or keep a meaning from a name. */
export const isAboutNames = ({ isRead, networks, services }: FileHead): boolean =>
  !isRead || networks.size + services.size > 0;

/** The file with nothing but its definitions. */
export function fileOfHead({ path, isRead, declares, networks, services, places }: FileHead): FileToCompile {
  return {
    path,
    document: isRead ? { networks, services, groups: [], expect: [] } : null,
    declares,
    locate: locateByTable(path, places),
  };
}
