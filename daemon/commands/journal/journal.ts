// `rampart journal`: what is done to the journal as a whole.
import type { Command } from 'commander';
import type { ExitCode, Io } from '../../cli/io.ts';
import { addCopyCommand } from './copy.ts';
import { addReshardCommand } from './reshard.ts';

export function addJournalCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const journal = program.command('journal').description('The journal as a whole. Exit code: 0 done, 1 not.');
  addCopyCommand(journal, io, done);
  addReshardCommand(journal, io, done);
}
