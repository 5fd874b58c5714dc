import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/paths.mjs';
import { installVenv } from './lib/python.mjs';

/** Installs everything for development and copies the samples to the workspace that F5 opens. */
async function main() {
  await useNode24(import.meta.url);
  await installPackages();
  await installVenv('newest');
  await installVenv('baseline');
  cpSync(join(root, 'samples'), join(build, 'sample-workspace'), { recursive: true, force: false });
}

await runMain(main);
