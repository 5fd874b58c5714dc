import { spawnSync } from 'node:child_process';
import { useNode24 } from './lib/node.mjs';
import { runMain } from './lib/trouble.mjs';

/** Runs test/bench/server.ts on the built server, under Node 24. */
async function main() {
  await useNode24(import.meta.url);
  const args = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', 'test/bench/server.ts', ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}

await runMain(main);
