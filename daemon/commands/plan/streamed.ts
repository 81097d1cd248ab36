// A plan as text or JSON, of which each group is written down when its turn comes. Above the groups stands what is known
// only after the last one, so they wait in a spool.
import { jsonFoot, jsonHead, jsonOfGroup } from '../../../reconciler/report/document.ts';
import type { GroupResult } from '../../../reconciler/report/results.ts';
import { textHead, textOfGroup } from '../../../reconciler/report/text.ts';
import { Spool } from '../../cli/spool.ts';
import { writePieces } from '../../cli/write-pieces.ts';
import type { ShownRevision } from './page.ts';

export class StreamedPlan {
  readonly #format: 'text' | 'json';
  readonly #groups = new Spool();
  #isEmpty = true;

  constructor(format: 'text' | 'json') {
    this.#format = format;
  }

  /** In order of account, region and id. */
  add(result: GroupResult): void {
    this.#groups.add(this.#format === 'text' ? textOfGroup(result) : jsonOfGroup(result, this.#isEmpty));
    this.#isEmpty = false;
  }

  async print({ tally, ...planned }: ShownRevision, stdout: NodeJS.WritableStream): Promise<void> {
    const isText = this.#format === 'text';
    const head = isText ? textHead(planned, tally) : jsonHead(planned, tally);
    await writePieces(stdout, [head]);
    await writePieces(stdout, this.#groups.pieces());
    if (!isText) await writePieces(stdout, [jsonFoot(tally.groups)]);
  }

  close(): void {
    this.#groups.close();
  }
}
