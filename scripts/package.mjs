import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/places.mjs';
import { runMain, Trouble } from './lib/trouble.mjs';

/** Makes dist/ and the extension's package from it. */
async function main() {
  await useNode24(import.meta.url);
  await installPackages();
  const vsix = join(build, 'test-stations.vsix');
  mkdirSync(build, { recursive: true });
  writeFileSync(join(build, 'README.md'), asText(readFileSync(join(root, 'README.md'), 'utf8')));
  run('The build', [join(root, 'esbuild.mjs')]);
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  run('Packaging', [
    vsce,
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--readme-path',
    'build/README.md',
    '--out',
    vsix,
  ]);
  console.log(`build/test-stations.vsix  ${(statSync(vsix).size / 1000).toFixed(0)} kB`);
}

/**
 * The README as VS Code can show it: pictures come over https alone, and links lead to no file of an extension. With the
 * repository's address in the manifest vsce makes addresses of both, and this can go.
 */
function asText(markdown) {
  return markdown.replace(/^!\[.*\]\(.*\)\n\n/gm, '').replace(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, '$1');
}

function run(what, args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Trouble(`${what} failed, see above.`);
}

await runMain(main);
