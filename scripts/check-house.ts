// `npm run house`: the figures of the layout, and what breaks its rules. Part of `npm run check`.
import { checkHouse } from './house/check.ts';

const { figures, problems } = checkHouse('.');
for (const [what, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(6)} ${what}`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
