// How much a remote may cost: time, and room on the disk.

export interface MirrorBounds {
  /** For one question to the remote. */
  readonly askSeconds: number;
  /** For one fetch. */
  readonly fetchSeconds: number;
  /** Of all packs of the mirror. */
  readonly bytes: number;
  /** How often that is looked at during a fetch. */
  readonly measureMs: number;
}

export const MIRROR_BOUNDS: MirrorBounds = {
  askSeconds: 30,
  fetchSeconds: 120,
  bytes: 1024 * 1024 * 1024,
  measureMs: 250,
};
