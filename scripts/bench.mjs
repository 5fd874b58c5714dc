import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installBrowser } from './lib/browser.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/places.mjs';
import { installVenv, testPythons } from './lib/python.mjs';
import { runMain, Trouble } from './lib/trouble.mjs';
import { installVsCode } from './lib/vscode.mjs';

const benchmarks = ['server', 'run', 'operator', 'uptime', 'uptimePanel', 'editor', 'discovery'];

/** `npm run bench`: all of them, one after the other, into test/bench/RESULTS.md. `npm run bench -- server`: one. */
async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && !benchmarks.includes(name))
    throw new Trouble(`Name one benchmark, or none for all: ${benchmarks.join(', ')}.`);
  await useNode24(import.meta.url);
  await installPackages();
  process.env.CHROMIUM_PATH = await installBrowser();
  await installVsCode();
  await installVenv('newest');
  process.env.TEST_PYTHONS = testPythons();
  const run = (...command) => spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status ?? 1;
  const measure = (which) =>
    run('--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(root, 'test', 'bench', `${which}.ts`), ...args);
  const built = run(join(root, 'scripts', 'package.mjs'));
  if (built !== 0) return built;
  if (name !== undefined) return measure(name);

  const tables = [];
  const file = join(build, 'bench.jsonl');
  mkdirSync(build, { recursive: true });
  process.env.BENCH_TABLE = file;
  for (const which of benchmarks) {
    console.log(`\n▸ ${which}`);
    rmSync(file, { force: true });
    const code = measure(which);
    if (code !== 0) return code;
    tables.push({
      title: which,
      lines: readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .flatMap((each) => JSON.parse(each)),
    });
  }
  // Its libraries are there only now.
  const { writeResults } = await import('./lib/benchResults.mjs');
  await writeResults(tables);
  return 0;
}

await runMain(main);
