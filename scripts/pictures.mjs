import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './lib/places.mjs';
import { runMain, Trouble } from './lib/trouble.mjs';

/** Bytes of all pictures together: they are in each clone. */
const most = 600_000;

const [made, shown] = [join(build, 'screenshots'), join(root, 'docs', 'pictures')];

/** Makes the README's pictures anew, by the browser test that goes through what it shows. */
function main() {
  for (const name of globSync('readme-*.png', { cwd: made })) rmSync(join(made, name));
  const args = [join(root, 'scripts', 'test.mjs'), join('test', 'e2e', 'readme.test.ts')];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Trouble('The test that makes the pictures failed, see above.');
  rmSync(shown, { recursive: true, force: true });
  mkdirSync(shown);
  let sum = 0;
  for (const name of globSync('readme-*.png', { cwd: made }).sort()) {
    const picture = join(shown, name.replace('readme-', ''));
    copyFileSync(join(made, name), picture);
    const { size } = statSync(picture);
    sum += size;
    console.log(`${picture.slice(root.length + 1)}  ${(size / 1000).toFixed(0)} kB`);
  }
  if (sum > most) throw new Trouble(`The pictures have ${sum} bytes together, more than ${most}.`);
  console.log('Look at each of them.');
}

await runMain(main);
