import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Report } from 'c8';
import { build, root } from './paths.mjs';

const folder = join(build, 'coverage');
const bundles = join(folder, 'dist');
const slim = join(folder, 'slim');
export const rawCoverage = join(folder, 'raw');

const minLinePercent = 50;

export function startCoverage() {
  rmSync(folder, { recursive: true, force: true });
  for (const each of [rawCoverage, bundles, slim]) mkdirSync(each, { recursive: true });
}

/**
 * Prints the share of lines that the tests ran for each folder of src/, and the files with low coverage. Code that runs
 * from dist/ is mapped back with the source maps of the build. Killed processes and webviews are not measured.
 */
export async function printCoverage() {
  copyBundlesWithMaps();
  const processes = readdirSync(rawCoverage);
  for (const file of processes) keepOwnCoverage(file);
  const report = new Report({
    tempDirectory: slim,
    reportsDirectory: folder,
    reporter: ['json-summary'],
    include: ['src/**/*.ts'],
    exclude: ['src/webviews/**'],
    extension: ['.ts'],
    excludeAfterRemap: true,
    all: true,
    src: [join(root, 'src')],
    mergeAsync: true,
    resolve: '',
  });
  await report.run();
  const summary = JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8'));
  const files = Object.entries(summary).filter(([file]) => file !== 'total' && hasCode(file));
  const folders = Map.groupBy(files, ([file]) => folderOf(file));
  const linesOf = (entries, key) => entries.reduce((sum, [, { lines }]) => sum + lines[key], 0);
  const share = (entries) => ((100 * linesOf(entries, 'covered')) / linesOf(entries, 'total')).toFixed(1).padStart(5);
  console.log(`Lines of src that ran in ${processes.length} processes of the tests: ${share(files).trim()} %`);
  for (const [name, entries] of [...folders].sort(([a], [b]) => a.localeCompare(b)))
    console.log(`  ${name.padEnd(20)} ${share(entries)} %`);
  const low = files.filter(([, { lines }]) => lines.pct < minLinePercent);
  if (low.length > 0) console.log(`Below ${minLinePercent} %:`);
  for (const [file, { lines }] of low) console.log(`  ${relative(root, file)} ${lines.pct} %`);
  console.log('Not measured: src/webviews, which runs in a browser, and src/runner, which is Python.');
}

const folderOf = (file) => {
  const folders = relative(join(root, 'src'), file).split(sep).slice(0, -1);
  return folders.slice(0, 2).join('/');
};

/** Files that contain only types are never loaded, and those of a library in a bundle are not here. */
const hasCode = (file) =>
  existsSync(file) &&
  /^(export )?(const|let|function|class|async|abstract|default|\w+\()/m.test(readFileSync(file, 'utf8'));

function copyBundlesWithMaps() {
  const maps = join(build, 'maps');
  if (!existsSync(maps)) return;
  for (const name of readdirSync(maps)) {
    const bundle = basename(name, '.map');
    const map = JSON.parse(readFileSync(join(maps, name), 'utf8'));
    map.sources = map.sources.map((source) => join(build, 'dist', source));
    writeFileSync(join(bundles, name), JSON.stringify(map));
    copyFileSync(join(root, 'dist', bundle), join(bundles, bundle));
    writeFileSync(join(bundles, bundle), `\n//# sourceMappingURL=${name}`, { flag: 'a' });
  }
}

/** Removes the coverage of other programs: VS Code's own server is far larger. */
function keepOwnCoverage(file) {
  const sources = pathToFileURL(join(root, 'src')).href;
  let raw;
  try {
    raw = JSON.parse(readFileSync(join(rawCoverage, file), 'utf8'));
  } catch {
    return; // Its process was killed while it wrote.
  }
  const result = raw.result.flatMap((script) => {
    if (script.url.startsWith(`${sources}/`)) return [script];
    const bundle = /test-stations[^/]*\/dist\/([\w-]+\.js)$/.exec(script.url)?.[1] ?? ourBundle(script.url);
    if (bundle === undefined || !existsSync(join(bundles, bundle))) return [];
    return [{ ...script, url: pathToFileURL(join(bundles, bundle)).href }];
  });
  if (result.length > 0) writeFileSync(join(slim, file), JSON.stringify({ result }));
}

const ourBundle = (url) => {
  const dist = pathToFileURL(join(root, 'dist')).href;
  return url.startsWith(`${dist}/`) ? basename(url) : undefined;
};
