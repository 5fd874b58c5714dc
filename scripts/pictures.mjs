import { copyFileSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runMain, runNode, ScriptError } from './lib/main.mjs';
import { build, root } from './lib/paths.mjs';

/** All pictures together are in each clone. */
const maxBytes = 600_000;

const screenshots = join(build, 'screenshots');
const pictures = join(root, 'docs', 'pictures');

const tests = ['readme', 'assistant'].map((name) => join('test', 'e2e', `${name}.test.ts`));

/** Creates the pictures of the README and of other pages with browser tests. */
function main() {
  for (const name of globSync('readme-*.png', { cwd: screenshots })) rmSync(join(screenshots, name));
  runNode(['scripts/test.mjs', ...tests], 'The tests that create the pictures');
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures);
  let sum = 0;
  for (const name of globSync('readme-*.png', { cwd: screenshots }).sort()) {
    const picture = join(pictures, name.replace('readme-', ''));
    copyFileSync(join(screenshots, name), picture);
    const { size } = statSync(picture);
    sum += size;
    console.log(`${picture.slice(root.length + 1)}  ${(size / 1000).toFixed(0)} kB`);
  }
  if (sum > maxBytes) throw new ScriptError(`The pictures have ${sum} bytes together, more than ${maxBytes}.`);
  console.log('Look at each of them.');
}

await runMain(main);
