import type { HeldBytes } from './held-bytes.ts';
import type { SourceFile } from './source.ts';

/** A file whose bytes are inflated when they are asked for; not to be spread, which would lose them. */
export class HeldFile implements SourceFile {
  readonly path: string;
  readonly file: string;
  readonly stamp: string;
  readonly inGit: SourceFile['inGit'];
  readonly held: HeldBytes;

  constructor({ path, file, stamp, inGit }: Omit<SourceFile, 'bytes' | 'held'>, held: HeldBytes) {
    this.path = path;
    this.file = file;
    this.stamp = stamp;
    this.inGit = inGit;
    this.held = held;
  }

  get bytes(): Uint8Array {
    return this.held.bytes;
  }
}
