// `npm run tour`: writes docs/tour.md.
import { writeFileSync } from 'node:fs';
import { tourText } from './tour/page.ts';

writeFileSync('docs/tour.md', await tourText());
