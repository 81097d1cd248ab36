// `npm run transcripts` (after `npm run build`): writes what the pages show of commands, where it says something else now.
import { readFileSync, writeFileSync } from 'node:fs';
import { PAGES, withTranscripts } from './transcripts/page-blocks.ts';
import { takeTranscripts } from './transcripts/transcripts.ts';

const { texts } = await takeTranscripts();
for (const page of PAGES) {
  const before = readFileSync(page, 'utf8');
  const after = withTranscripts(before, texts);
  if (after === before) continue;
  writeFileSync(page, after);
  console.log(`written: ${page}`);
}
