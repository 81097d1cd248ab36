// What a plan does to the traffic of a group, in few lines: what the internet newly reaches first.
import type { ExposureEffect } from '../../exposure/ask/effects.ts';
import type { OpenedService } from '../../judge/opening.ts';
import { NO_PORTS_TEXT } from '../../model/ports.ts';
import { protocolText } from '../../model/rule-text.ts';
import type { GroupPlan } from '../../plan/plan.ts';
import { boxText, MAY } from '../text.ts';

const MAX_EFFECTS_SHOWN = 8;

/** None where nothing opens and nothing closes. */
export function trafficSummary(
  group: string,
  { opening, exposure }: Pick<GroupPlan, 'opening' | 'exposure'>,
): string[] {
  const opens = exposure.effects.filter(({ effect }) => effect === 'opens');
  const effects = [...opens, ...exposure.effects.filter(({ effect }) => effect === 'closes')];
  const more = effects.length - MAX_EFFECTS_SHOWN;
  const lines = [
    ...opening.map(openingLine),
    ...effects.slice(0, MAX_EFFECTS_SHOWN).map(effectLine),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  return lines.length === 0 ? [] : [group, ...lines.map((line) => `  ${line}`)];
}

/** What the internet newly reaches. */
export function openingLine({ family, protocol, ports }: OpenedService): string {
  const service = ports === NO_PORTS_TEXT ? protocolText(protocol) : `${protocolText(protocol)} ${ports}`;
  return `! opens to the internet: ${service} (${family})`;
}

function effectLine({ effect, boxes, example }: ExposureEffect): string {
  const [first, ...others] = boxes;
  const word = example === null ? MAY[effect] : effect;
  const mark = effect === 'opens' ? '+' : '-';
  const box = first === undefined ? '' : ` ${boxText(first)}`;
  return `${mark} ${word}${box}${others.length === 0 ? '' : ` and ${others.length} more of the kind`}`;
}
