// What `rampart plan` is asked for.
import { MARKER } from '../../../reconciler/report/markdown/page.ts';
import { UsageError } from '../../cli/io.ts';
import type { SessionFlags } from '../../compose/session.ts';

export const PLAN_FORMATS = ['text', 'json', 'markdown'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface PlanFlags extends SessionFlags {
  readonly json?: true;
  readonly format: PlanFormat;
  readonly base?: string;
  readonly marker?: string;
  readonly calls?: true;
  readonly all?: true;
}

export const formatOf = ({ json, format }: PlanFlags): PlanFormat => (json === true ? 'json' : format);

/** Null: none is asked for. Throws a UsageError for one that is no use. */
export function markerOf(flags: PlanFlags): string | null {
  const { marker = null } = flags;
  if (marker === null) return null;
  if (formatOf(flags) !== 'markdown') throw new UsageError('--marker is for --format markdown');
  if (MARKER.test(marker)) return marker;
  throw new UsageError(
    '--marker takes up to 100 letters, digits, and . _ / -, beginning with a letter or digit',
  );
}
