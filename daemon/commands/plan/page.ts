// A plan as Markdown: what matters most stands first, so the results wait for the last one. Of a group that is as it
// should be that is little.
import { type CommitFacts, commitLine } from '../../../reconciler/report/commit.ts';
import { renderMarkdown } from '../../../reconciler/report/markdown/plan-page.ts';
import type { GroupResult } from '../../../reconciler/report/results.ts';
import type { Tally } from '../../../reconciler/report/tally.ts';
import { writePieces } from '../../cli/write-pieces.ts';

/** All that is said besides the groups. */
export interface ShownRevision {
  readonly revision: string;
  readonly commit: CommitFacts | null;
  /** Of the revision as a whole: whoever reads the page of a pull request does not see stderr. */
  readonly notes: readonly string[];
  readonly tally: Tally;
}

export class PlanPage {
  readonly #marker: string | null;
  readonly #results: GroupResult[] = [];

  constructor(marker: string | null) {
    this.#marker = marker;
  }

  add(result: GroupResult): void {
    this.#results.push(result);
  }

  async print({ revision, commit, notes }: ShownRevision, stdout: NodeJS.WritableStream): Promise<void> {
    const all = [...(commit === null ? [] : [`commit ${commitLine(commit)}`]), ...notes];
    await writePieces(stdout, [
      renderMarkdown(revision, this.#results, { notes: all, marker: this.#marker }),
    ]);
  }

  close(): void {
    this.#results.length = 0;
  }
}
