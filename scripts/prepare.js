// npm runs this after an install, and npx before the program: builds where the bundler is installed. Without the
// development packages (`npm prune --omit=dev`, `npm ci --omit=dev`) dist/ is used as it is.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

function hasBundler() {
  try {
    createRequire(import.meta.url).resolve('esbuild');
    return true;
  } catch {
    return false;
  }
}

if (hasBundler()) {
  const { status } = spawnSync('npm run build', { shell: true, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.error('rampart: no bundler installed, so nothing is built');
}
