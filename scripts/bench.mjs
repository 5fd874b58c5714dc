import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installBrowser } from './lib/browser.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { root } from './lib/places.mjs';
import { installVenv, testPythons } from './lib/python.mjs';
import { runMain, Trouble } from './lib/trouble.mjs';
import { installVsCode } from './lib/vscode.mjs';

const benchmarks = ['server', 'uptime', 'uptimePanel', 'operator', 'editor', 'run', 'discovery'];

/** Runs test/bench/<name>.ts on what it builds, under Node 24. */
async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (!benchmarks.includes(name)) throw new Trouble(`Name a benchmark: ${benchmarks.join(', ')}.`);
  await installPackages();
  await useNode24(import.meta.url);
  const run = (...command) => spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status ?? 1;
  if (!['server', 'uptime', 'operator'].includes(name)) {
    process.env.CHROMIUM_PATH = await installBrowser();
    await installVsCode();
    await installVenv('newest');
    process.env.TEST_PYTHONS = testPythons();
  }
  const built = run(join(root, 'scripts', 'package.mjs'));
  if (built !== 0) return built;
  return run('--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(root, 'test', 'bench', `${name}.ts`), ...args);
}

await runMain(main);
