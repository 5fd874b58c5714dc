import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { appPage } from './scripts/lib/appPage.mjs';
import { useNode24 } from './scripts/lib/node.mjs';
import { packageFolders, thirdPartyNotices } from './scripts/lib/notices.mjs';

await useNode24(import.meta.url);

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const runner = join(root, 'src', 'runner');
const codicons = ['codicon.css', 'codicon.ttf'].map((file) => join('node_modules/@vscode/codicons/dist', file));
/** The translations, for the page in a browser. */
const translations = readdirSync(join(root, 'l10n'))
  .filter((file) => file !== 'bundle.l10n.json')
  .map((file) => join('l10n', file));
const views = [
  'prompt',
  'report',
  'uptime',
  'insight',
  'unit',
  'compare',
  'limits',
  'study',
  'operator',
  'operatorPage',
];

const common = { absWorkingDir: root, bundle: true, legalComments: 'none', logLevel: 'warning', metafile: true };

/** What runs in Node: the extension, the parts of it that are loaded at their first use, and the station server. */
const nodeBundles = {
  ...common,
  entryPoints: [
    { in: 'src/extension/extension.ts', out: 'extension' },
    { in: 'src/extension/app.ts', out: 'app' },
    { in: 'src/shared/script/scriptScan.ts', out: 'scriptScan' },
    { in: 'src/shared/script/robotScan.ts', out: 'robotScan' },
    { in: 'src/shared/script/procedureLimits.ts', out: 'procedureLimits' },
    { in: 'src/shared/procedure/procedureScan.ts', out: 'procedureScan' },
    { in: 'src/extension/run/engine/prepareProcedure.ts', out: 'prepareProcedure' },
    { in: 'src/extension/run/help/newScript.ts', out: 'newScript' },
    { in: 'src/extension/run/help/procedureHelp.ts', out: 'procedureHelp' },
    { in: 'src/extension/insight/export/exporting.ts', out: 'exporting' },
    { in: 'src/extension/assistant/assistant.ts', out: 'assistant' },
    { in: 'src/extension/instruments/instrumentsTree.ts', out: 'instrumentsTree' },
    { in: 'src/extension/client/http.ts', out: 'http' },
    { in: 'src/extension/client/trustingFetch.ts', out: 'trustingFetch' },
    { in: 'src/server/cli/main.ts', out: 'server' },
    { in: 'src/server/assistant/mcp.ts', out: 'mcp' },
    { in: 'src/server/store/postgres/postgres.ts', out: 'postgres' },
    { in: 'src/server/store/postgres/leaseKeeper.ts', out: 'leaseKeeper' },
    { in: 'kysely', out: 'kysely' },
    { in: 'src/server/metrics/metrics.ts', out: 'metrics' },
    { in: 'src/server/signIn/oidc.ts', out: 'oidc' },
    { in: 'src/server/tracing/otlpTracer.ts', out: 'otlpTracer' },
    { in: 'src/server/attachments/objectStorage.ts', out: 'objectStorage' },
    { in: 'src/server/importing/readFile.ts', out: 'readFile' },
  ],
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  external: ['vscode', 'pg-native'],
  plugins: [loadLater(), shareKysely()],
  supported: { 'dynamic-import': false },
};

/** The webviews. Splitting puts what a view does not need at once, such as plots, into files of their own. */
const viewBundles = {
  ...common,
  entryPoints: views.flatMap((view) => [
    { in: `src/webviews/${view}/main.ts`, out: view },
    { in: `src/webviews/${view}/${view}.css`, out: view },
  ]),
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'browser',
  target: 'chrome138',
};

/** The page that clients of the MCP server show for a run: one file, because they load nothing else. */
const appBundle = {
  ...common,
  entryPoints: ['src/webviews/runApp/main.ts', 'src/webviews/runApp/runApp.css'],
  write: false,
  format: 'iife',
  platform: 'browser',
  target: 'chrome138',
};

/** Bundles that must stay below a number of bytes: the extension's is what its activation costs. */
const limits = { 'extension.js': 5_000, 'app.js': 580_000 };

await (process.argv.includes('--watch') ? watch() : release());

/** Builds the minified `dist` of the package and the third-party notices, and checks the limits. */
async function release() {
  const fresh = join(root, 'build', 'dist');
  rmSync(fresh, { recursive: true, force: true });
  const bundles = await Promise.all([
    build({ ...nodeBundles, outdir: fresh, minify: true, sourcemap: 'external' }),
    build({ ...viewBundles, outdir: join(fresh, 'webview'), minify: true }),
    build({ ...appBundle, outdir: fresh, minify: true, plugins: [appPage(join(fresh, 'runApp.html'))] }),
  ]);
  moveSourceMaps(fresh);
  copyForPages(fresh);
  cpSync(runner, join(fresh, 'runner'), { recursive: true, filter: isPythonSource });

  const inputs = [...bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)), ...codicons];
  const packages = packageFolders(inputs);
  writeFileSync(join(root, 'ThirdPartyNotices.txt'), thirdPartyNotices(root, packages));
  writeFileSync(join(root, 'build', 'bundled.json'), JSON.stringify([...new Set(inputs)].sort(), null, 1));
  console.log(`ThirdPartyNotices.txt  ${packages.length} packages`);

  // A program that uses dist meanwhile finds the old or the new one, but not half of it.
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  printSizes();
}

/**
 * Builds a readable `dist` with source maps, and builds it again after each change of a source. The runner is a link to
 * its sources. Prints the lines that the problem matcher in `.vscode/tasks.json` waits for.
 */
async function watch() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  symlinkSync(runner, join(dist, 'runner'), 'junction');
  copyForPages(dist);
  const progress = reportProgress();
  const contexts = await Promise.all(
    [
      { ...nodeBundles, outdir: dist },
      { ...viewBundles, outdir: join(dist, 'webview') },
      { ...appBundle, outdir: dist, plugins: [appPage(join(dist, 'runApp.html'))] },
    ].map((options) =>
      context({ ...options, logLevel: 'silent', sourcemap: 'linked', plugins: [...(options.plugins ?? []), progress] }),
    ),
  );
  await Promise.all(contexts.map((each) => each.watch()));
}

/** Coverage needs the source maps of a release; the package does not contain them. */
function moveSourceMaps(from) {
  const maps = join(root, 'build', 'maps');
  rmSync(maps, { recursive: true, force: true });
  mkdirSync(maps, { recursive: true });
  for (const file of readdirSync(from)) {
    if (file.endsWith('.map')) renameSync(join(from, file), join(maps, file));
  }
}

function copyForPages(folder) {
  for (const file of [...codicons, ...translations]) cpSync(join(root, file), join(folder, 'webview', basename(file)));
}

function isPythonSource(file) {
  return statSync(file).isDirectory() ? !/^(__pycache__$|\.)/.test(basename(file)) : file.endsWith('.py');
}

function printSizes() {
  for (const folder of ['.', 'webview']) {
    for (const file of readdirSync(join(dist, folder), { withFileTypes: true })) {
      if (!file.isFile()) continue;
      const { size } = statSync(join(dist, folder, file.name));
      console.log(`${join('dist', folder, file.name)}  ${(size / 1000).toFixed(0)} kB`);
      const limit = folder === '.' ? limits[file.name] : undefined;
      if (limit !== undefined && size >= limit) {
        console.error(`dist/${file.name} has ${size} bytes; it must stay below ${limit}.`);
        process.exitCode = 1;
      }
    }
  }
}

/** Prints a line when the first of several builds begins, one for each error, and a line when the last build ends. */
function reportProgress() {
  let running = 0;
  return {
    name: 'report-progress',
    setup({ onStart, onEnd }) {
      onStart(() => {
        running += 1;
        if (running === 1) console.log('[watch] build started');
      });
      onEnd(({ errors, warnings }) => {
        for (const error of errors) console.log(problemLine('error', error));
        for (const warning of warnings) console.log(problemLine('warning', warning));
        running -= 1;
        if (running === 0) console.log('[watch] build finished');
      });
    },
  };
}

function problemLine(severity, { text, location }) {
  const place = location ? `${location.file}:${location.line}:${location.column + 1}: ` : '';
  return `${place}${severity}: ${text}`;
}

/** Puts the query builder into one file, which the server and its part for PostgreSQL both load. */
function shareKysely() {
  return {
    name: 'share-kysely',
    setup(bundle) {
      bundle.onResolve({ filter: /^kysely$/ }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: './kysely.js', external: true },
      );
    },
  };
}

/**
 * Keeps large code out of the bundle that activation loads, and rarely needed code out of the rest: the parsers of Python and of
 * procedures, the engine of procedures, the exports, the Instruments view, the HTTP client, the client for servers with their own certificate
 * authority, the interface for assistants,
 * the metrics, and the readers of files to import are separate files, loaded at their first use.
 */
function loadLater() {
  return {
    name: 'load-later',
    setup(bundle) {
      bundle.onResolve(
        {
          filter:
            /\/(app|scriptScan|robotScan|procedureLimits|procedureScan|prepareProcedure|procedureHelp|newScript|exporting|assistant|instrumentsTree|http|trustingFetch|mcp|metrics|oidc|readFile|postgres|objectStorage|otlpTracer)\.ts$/,
        },
        ({ kind, path }) =>
          kind === 'dynamic-import' ? { path: `./${basename(path, '.ts')}.js`, external: true } : undefined,
      );
    },
  };
}
