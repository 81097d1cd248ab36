// The commands that cures name, as they can be pasted here.
import { invocationOf } from '../../cli/invocation.ts';
import type { Io } from '../../cli/io.ts';
import type { Config } from '../../config/config.ts';

/** A command of this program with this config. */
export function ofProgram(command: string, { file }: Pick<Config, 'file'>, io: Io): string {
  const { program, flags } = invocationOf(file, io);
  return `${program} ${command}${flags}`;
}
