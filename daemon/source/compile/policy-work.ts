// The costly work of loading policies, file by file: parsing, and compiling the groups of a file. Plain values in and out,
// so that another thread may do it; what is parsed is handed back packed, to be compiled again when a name that the file
// uses comes to mean something else.
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { pack } from '../../../reconciler/policy/compile/parts/packed.ts';
import {
  compileBody,
  type BodyOptions,
  type FileBody,
} from '../../../reconciler/policy/compile/parts/body.ts';
import type { PerhapsHeld } from '../held-bytes.ts';
import { fileHeadOf, type FileHead } from '../../../reconciler/policy/compile/parts/head.ts';
import { readPolicyFile, type PolicyFile } from '../../../reconciler/policy/read/file.ts';
import { locateByTable, type PlaceTable } from '../../../reconciler/policy/read/place-table.ts';

export interface ParseTask extends PerhapsHeld {
  /** Path as shown. */
  readonly file: string;
}

export interface ParsedFile {
  readonly head: FileHead;
  /** Null if there is nothing to compile. */
  readonly packed: Uint8Array | null;
}

export interface CompileTask extends BodyOptions {
  readonly file: string;
  readonly packed: Uint8Array;
  /** `groupDigest` of groups that need not be sent back. */
  readonly known: ReadonlySet<string>;
}

export interface PackedGroup {
  readonly key: string;
  readonly digest: string;
  /** Null: it is one of those that are known. */
  readonly packed: string | null;
}

export type PackedBody = Omit<FileBody, 'groups'> & { readonly groups: readonly PackedGroup[] };

/** Speed matters more than room. */
const DEFLATE_PARSED = { level: 1 };

export function parseOne({ file, bytes }: ParseTask): ParsedFile {
  const read = readPolicyFile(file, bytes);
  const head = fileHeadOf(read);
  const { document } = read;
  const isIdle = document === null || document.groups.length + document.expect.length === 0;
  return { head, packed: isIdle ? null : packedDocument(read) };
}

interface ParsedDocument {
  readonly document: NonNullable<PolicyFile['document']>;
  readonly places: PlaceTable;
}

/** A copy, since what deflates hands out a part of a larger piece of memory, all of which would be kept and sent. */
function packedDocument({ document, placeTable }: PolicyFile): Uint8Array {
  return new Uint8Array(deflateRawSync(serialize({ document, places: placeTable() }), DEFLATE_PARSED));
}

export function compileOne({ file, packed, known, ...options }: CompileTask): PackedBody {
  const { document, places } = deserialize(inflateRawSync(packed)) as ParsedDocument;
  const declares = { networks: new Set<string>(), services: new Set<string>() };
  const body = compileBody({ path: file, document, declares, locate: locateByTable(file, places) }, options);
  const groups = body.groups.map(({ key, group }): PackedGroup => {
    const text = pack(group);
    const digest = textDigest(text);
    return { key, digest, packed: known.has(digest) ? null : text };
  });
  return { ...body, groups };
}

/** Equal for equal groups. */
export const groupDigest = (group: FileBody['groups'][number]['group']): string => textDigest(pack(group));

const textDigest = (text: string): string => createHash('sha256').update(text).digest('base64');
