// `journal` of the config: a file of one process, or a database that several replicas share.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { isPostgresUrl, readPostgresUrl } from '../postgres-url.ts';
import { isTilde, parsedText, section, TILDE, wholeNumber } from '../schema-words.ts';

/** Of one account and region. */
export const MOST_SHARDS = 64;

/** What null stands for. */
export const SHARED_JOURNAL = { shards: 1, leaseSeconds: 3 };

export const journalSchema = section('What was intended and what came of it, kept over restarts.', {
  url: parsedText(
    parseJournalUrl,
    'SQLite file of intents and history, whose folder is made if need be; or postgres://USER@HOST:PORT/DATABASE, which several replicas share.',
  ).prefault('.rampart/journal.db'),
  shards: wholeNumber(
    1,
    MOST_SHARDS,
    'Parts that replicas divide each account and region into. Only with postgres://; null: 1. Fixed by the first start.',
  )
    .nullable()
    .default(null),
  leaseSeconds: wholeNumber(
    1,
    60,
    'How long a replica that fell silent keeps its groups. Only with postgres://; null: 3.',
  )
    .nullable()
    .default(null),
}).superRefine(({ url, ...shared }, context) => {
  if (isPostgresUrl(url)) return;
  for (const [key, value] of Object.entries(shared)) {
    const message = `only with postgres://: a journal in a file has one process, so \`${key}\` has no effect; leave it out`;
    if (value !== null) context.addIssue({ code: 'custom', path: [key], message });
  }
});

/** What can be read of the URL is kept as text; a password is an error that does not show it. */
function parseJournalUrl(text: string): Result<string, string> {
  if (isPostgresUrl(text)) {
    const target = readPostgresUrl(text);
    return target.ok ? ok(text) : err(target.error);
  }
  if (isTilde(text)) return err(TILDE);
  // SQLite takes `:memory:` and `file:` for other things than a file of that name.
  if (text === '' || /^[a-z0-9+.-]*:/i.test(text))
    return err(
      'this is no path: write the path of a file, such as `.rampart/journal.db`, or postgres://USER@HOST:PORT/DATABASE',
    );
  return ok(text);
}
