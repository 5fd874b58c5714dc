import { spawnSync } from 'node:child_process';
import { installBrowser } from './lib/browser.mjs';
import { runMain, ScriptError } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { installVenv, venvPython } from './lib/python.mjs';
import { installVsCode } from './lib/vscode.mjs';

const usage = `npm start                 the demo, then VS Code on it until Ctrl+C
npm start -- --check      the demo, then one run in a VS Code without a window; exits 0 when all of it worked
npm start -- --demo-data  the demo with some months of runs on four more stations`;

async function main() {
  const check = process.argv.includes('--check');
  const hasDemoData = process.argv.includes('--demo-data');
  const unknown = process.argv.slice(2).filter((argument) => !['--check', '--demo-data'].includes(argument));
  if (unknown.length > 0) throw new ScriptError(`Unknown: ${unknown.join(' ')}\n\n${usage}`);
  await useNode24(import.meta.url);
  await installPackages();
  const desktop = !check && hasDesktopCode();
  await Promise.all([installVenv('newest'), ...(desktop ? [] : [installVsCode().then(() => check && findBrowser())])]);
  buildPackage();
  const { demo } = await import('./demo/demo.ts');
  return demo({ check, desktop, hasDemoData, python: venvPython('newest') });
}

async function findBrowser() {
  process.env.CHROMIUM_PATH = await installBrowser();
}

function hasDesktopCode() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

function buildPackage() {
  console.log('▸ Building …');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/package.mjs'], { encoding: 'utf8' });
  if (status !== 0) throw new ScriptError(`The build failed:\n${stdout}${stderr}`);
}

await runMain(main);
