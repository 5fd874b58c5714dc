import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packageFolders, thirdPartyNotices } from './scripts/lib/notices.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const fresh = join(root, 'build', 'dist');

/** `limit`: bytes that the bundle must stay below; the extension's is what its activation costs. */
const bundles = [
  {
    entry: 'src/extension/extension.ts',
    file: 'extension.js',
    external: ['vscode'],
    limit: 5_000,
    plugins: [loadLater()],
  },
  { entry: 'src/extension/app.ts', file: 'app.js', external: ['vscode'], limit: 400_000, plugins: [loadLater()] },
  { entry: 'src/shared/script/scriptScan.ts', file: 'scriptScan.js', external: [] },
  { entry: 'src/extension/client/http.ts', file: 'http.js', external: [] },
  { entry: 'src/extension/client/trustingFetch.ts', file: 'trustingFetch.js', external: [] },
  { entry: 'src/server/cli/main.ts', file: 'server.js', external: [] },
];

rmSync(fresh, { recursive: true, force: true });
const tooLarge = [];
/** Every file that went into a bundle, or into the package as it is. */
const inputs = new Set();
for (const { entry, file, external, limit, plugins = [] } of bundles) {
  if (!existsSync(join(root, entry))) continue;
  const outfile = join(fresh, file);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: 'cjs',
    sourcemap: 'external',
    platform: 'node',
    target: 'node22',
    external,
    plugins,
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  const { size } = statSync(outfile);
  console.log(`dist/${file}  ${(size / 1000).toFixed(0)} kB`);
  if (limit !== undefined && size >= limit)
    tooLarge.push(`dist/${file} has ${size} bytes, it must stay below ${limit}.`);
}

// For the coverage of the tests; the package has none.
const maps = join(root, 'build', 'maps');
rmSync(maps, { recursive: true, force: true });
mkdirSync(maps, { recursive: true });
for (const file of readdirSync(fresh)) if (file.endsWith('.map')) renameSync(join(fresh, file), join(maps, file));

const views = ['prompt', 'report', 'uptime', 'operator', 'operatorPage'];
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: views.flatMap((view) => [
    { in: `src/webviews/${view}/main.ts`, out: view },
    { in: `src/webviews/${view}/${view}.css`, out: view },
  ]),
  outdir: join(fresh, 'webview'),
  bundle: true,
  // What a view does not show at once, such as plots, is a file of its own.
  splitting: true,
  chunkNames: '[name]-[hash]',
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'chrome138',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
});
for (const input of Object.keys(metafile.inputs)) inputs.add(input);
for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${file.replace('build/', '')}  ${(bytes / 1000).toFixed(0)} kB`);
}
for (const file of ['codicon.css', 'codicon.ttf']) {
  const input = `node_modules/@vscode/codicons/dist/${file}`;
  cpSync(join(root, input), join(fresh, 'webview', file));
  inputs.add(input);
}

const runner = join(root, 'src', 'runner');
if (existsSync(runner)) {
  cpSync(runner, join(fresh, 'runner'), { recursive: true, filter: isPythonSource });
  console.log('dist/runner');
}

const packages = packageFolders(inputs);
writeFileSync(join(root, 'ThirdPartyNotices.txt'), thirdPartyNotices(root, packages));
writeFileSync(join(root, 'build', 'bundled.json'), JSON.stringify([...inputs].sort(), null, 1));
console.log(`ThirdPartyNotices.txt  ${packages.length} packages`);

// Whoever uses dist/ meanwhile sees the old or the new one, not half of it.
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);

if (tooLarge.length > 0) {
  console.error(tooLarge.join('\n'));
  process.exitCode = 1;
}

function isPythonSource(file) {
  return statSync(file).isDirectory() ? !/^(__pycache__$|\.)/.test(basename(file)) : file.endsWith('.py');
}

/**
 * Keeps what is large out of the bundle that activation loads, and what is not always needed out of the rest: the Python
 * parser, the HTTP client, and the one for servers with an own authority are files of their own, loaded at their first use.
 */
function loadLater() {
  return {
    name: 'load-later',
    setup(bundle) {
      bundle.onResolve({ filter: /\/(app|scriptScan|http|trustingFetch)\.ts$/ }, ({ kind, path }) =>
        kind === 'dynamic-import' ? { path: `./${basename(path, '.ts')}.js`, external: true } : undefined,
      );
    },
  };
}
