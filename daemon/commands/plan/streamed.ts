// A plan as text or JSON, of which each group is written down when its turn comes. Above the groups stands what is known
// only after the last one, so they wait in spools: as text one for each rank, for what matters most stands first.
import { jsonFoot, jsonHead, jsonOfGroup } from '../../../reconciler/report/document.ts';
import type { GroupResult } from '../../../reconciler/report/results.ts';
import {
  rankOfGroup,
  RANKS,
  textFoot,
  textHead,
  textOfGroup,
  type TextOptions,
} from '../../../reconciler/report/text.ts';
import { Spool } from '../../cli/spool.ts';
import { writePieces } from '../../cli/write-pieces.ts';
import type { ShownRevision } from './page.ts';

export class StreamedText {
  readonly #options: TextOptions;
  readonly #ranks = RANKS.map(() => new Spool());

  constructor(options: TextOptions) {
    this.#options = options;
  }

  /** In order of account, region and id. */
  add(result: GroupResult): void {
    this.#ranks[rankOfGroup(result)]?.add(textOfGroup(result, this.#options));
  }

  async print({ tally, ...planned }: ShownRevision, stdout: NodeJS.WritableStream): Promise<void> {
    await writePieces(stdout, [textHead(planned, tally, this.#options)]);
    for (const spool of this.#ranks) await writePieces(stdout, spool.pieces());
    await writePieces(stdout, [textFoot(tally, this.#options)]);
  }

  close(): void {
    for (const spool of this.#ranks) spool.close();
  }
}

export class StreamedJson {
  readonly #groups = new Spool();
  #isEmpty = true;

  /** In order of account, region and id. */
  add(result: GroupResult): void {
    this.#groups.add(jsonOfGroup(result, this.#isEmpty));
    this.#isEmpty = false;
  }

  async print({ tally, ...planned }: ShownRevision, stdout: NodeJS.WritableStream): Promise<void> {
    await writePieces(stdout, [jsonHead(planned, tally)]);
    await writePieces(stdout, this.#groups.pieces());
    await writePieces(stdout, [jsonFoot(tally.groups)]);
  }

  close(): void {
    this.#groups.close();
  }
}
