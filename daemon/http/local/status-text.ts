// `/api/status` as text. The groups are many, so they are written some at a time: between them whatever else is due goes on.
import { setImmediate } from 'node:timers/promises';
import type { DaemonView } from '../status.ts';

/** Some milliseconds of work. */
const GROUPS_A_TURN = 200;
const NO_GROUPS = '\n  "groups": []';

/** As `JSON.stringify` writes a `DaemonStatus`, two blanks deep. */
export async function statusText(view: DaemonView): Promise<string> {
  const frame = JSON.stringify({ ...view, groups: [] }, null, 2);
  const texts: string[] = [];
  for (const [at, listed] of view.groups.listed().entries()) {
    if (at > 0 && at % GROUPS_A_TURN === 0) await setImmediate();
    const group = view.groups.statusOf(listed);
    if (group !== null) texts.push(JSON.stringify(group, null, 2).replaceAll('\n', '\n    '));
  }
  if (texts.length === 0) return frame;
  // A line break stands in no text of JSON, so this stands there once, and outside of all else.
  return frame.replace(NO_GROUPS, () => `\n  "groups": [\n    ${texts.join(',\n    ')}\n  ]`);
}
