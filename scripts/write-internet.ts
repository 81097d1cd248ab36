// Writes reconciler/model/packets/internet.ts from the registries' rows: `npm run internet`.
import { writeFileSync } from 'node:fs';
import { INTERNET_FILE, internetSource } from './internet/internet-source.ts';

writeFileSync(INTERNET_FILE, await internetSource());
