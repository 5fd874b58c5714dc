import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runMain, runNode } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/paths.mjs';

/** Builds dist/ and packages the extension. */
async function main() {
  await useNode24(import.meta.url);
  await installPackages();
  const vsix = join(build, 'test-stations.vsix');
  mkdirSync(build, { recursive: true });
  writeFileSync(join(build, 'README.md'), asText(readFileSync(join(root, 'README.md'), 'utf8')));
  runNode(['esbuild.mjs'], 'The build');
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  runNode([vsce, 'package', ...options, '--readme-path', 'build/README.md', '--out', vsix], 'Packaging');
  console.log(`build/test-stations.vsix  ${(statSync(vsix).size / 1000).toFixed(0)} kB`);
}

/**
 * Removes what VS Code cannot show: pictures without https and links to files of the repository. With the address of the
 * repository in the manifest, vsce would rewrite both.
 */
function asText(markdown) {
  return markdown.replace(/^!\[.*\]\(.*\)\n\n/gm, '').replace(/\[([^\]]+)\]\((?!https:)[^)]+\)/g, '$1');
}

await runMain(main);
