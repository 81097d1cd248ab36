// What comes of opening a journal: the open thing, or a failure that says how to go on.
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, type Result } from '../../../reconciler/model/result.ts';
import type { JournalOpenFailure, JournalTrouble } from '../journal.ts';
import { messageOf, openFailure, troubleOf } from '../trouble.ts';

export type Opened<T> = Result<T, JournalOpenFailure>;

/** Runs the work; what goes wrong with the file comes out as a failure, a bug as it is. */
export function orFailure<T>(path: string, work: () => Opened<T>): Opened<T> {
  try {
    return work();
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === null) throw error;
    const named = trouble === 'io' ? folderTrouble(path) : trouble;
    return err(openFailure(named, `the journal ${path} cannot be opened: ${messageOf(error)}`));
  }
}

/** SQLite says only that it cannot open a file, also where it may not make its log in the folder. */
function folderTrouble(path: string): JournalTrouble {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return 'io';
  } catch (error) {
    return troubleOf(error) ?? 'io';
  }
}
