// Reads a Containerfile as far as ours goes: instructions in order, by stage.

interface Instruction {
  /** Such as `COPY`. */
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly base: string;
  /** Null: it is the image itself. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** Throws on a line that is no instruction. What stands before the first `FROM` belongs to no stage. */
export function readStages(text: string): Stage[] {
  const stages: Array<{ base: string; name: string | null; instructions: Instruction[] }> = [];
  for (const line of logicalLines(text)) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`no instruction: ${line}`);
    if (name === 'FROM') {
      const [base = '', , stage = null] = rest.split(/\s+/);
      stages.push({ base, name: stage, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ name, text: rest });
    }
  }
  return stages;
}

function logicalLines(text: string): string[] {
  const bare = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return bare
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n');
}

/** The words of an instruction in its JSON form, such as `ENTRYPOINT ["node"]`. */
export function wordsOf({ instructions }: Stage, name: string): string[] {
  const text = instructions.findLast((each) => each.name === name)?.text ?? '[]';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

/** The name behind the last instruction of this kind, such as `10001:10001` of `USER`. */
export const lastOf = ({ instructions }: Stage, name: string): string =>
  instructions.findLast((each) => each.name === name)?.text ?? '';
