// Shares in memory: for processes of a simulation, and as the model of the stores that last.
import { served, type ShareRecord } from './record.ts';
import type { ShareAnswer, ShareRequest, ShareStore } from './share-store.ts';

export class MemoryShares implements ShareStore {
  readonly #nowMs: () => number;
  readonly #lanes = new Map<string, ShareRecord>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  serve(lane: string, request: ShareRequest): Promise<ShareAnswer> {
    const { record, answer } = served(this.#lanes.get(lane) ?? {}, request, this.#nowMs());
    this.#lanes.set(lane, record);
    return Promise.resolve(answer);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
