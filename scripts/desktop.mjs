import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, runNode, ScriptError } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/paths.mjs';
import { installVenv, venvPython } from './lib/python.mjs';

/** `npm run test:desktop`: downloads a desktop VS Code, installs the package in it, and runs test/desktop/suite.cjs. */
async function main() {
  await useNode24(import.meta.url);
  await installPackages();
  await installVenv('newest');
  runNode(['scripts/package.mjs'], 'The build of the package');
  // Its packages may have been installed just now.
  const desktop = await import('@vscode/test-electron');
  const program = await download(desktop);
  const place = mkdtempSync(join(tmpdir(), 'ts-desktop-'));
  try {
    const folders = ['--user-data-dir', join(place, 'user'), '--extensions-dir', join(place, 'extensions')];
    const [cli, ...args] = desktop.resolveCliArgsFromVSCodeExecutablePath(program, { reuseMachineInstall: true });
    const install = [...args, ...folders, '--install-extension', join(build, 'test-stations.vsix')];
    const installed = spawnSync(cli, install, { stdio: 'inherit', shell: process.platform === 'win32' });
    if (installed.status !== 0) throw new ScriptError('The package could not be installed, see above.');
    const code = await desktop.runTests({
      vscodeExecutablePath: program,
      reuseMachineInstall: true,
      extensionDevelopmentPath: createDriver(place),
      extensionTestsPath: join(root, 'test', 'desktop', 'suite.cjs'),
      launchArgs: [createWorkspace(place), '--disable-workspace-trust', ...folders],
    });
    console.log(code === 0 ? '1 passed, 0 failed, 0 skipped' : '0 passed, 1 failed, 0 skipped');
    return code;
  } finally {
    stopServer(place);
    rmSync(place, { recursive: true, force: true });
  }
}

async function download({ downloadAndUnzipVSCode }) {
  try {
    return await downloadAndUnzipVSCode({ cachePath: join(build, 'desktop') });
  } catch (error) {
    throw new ScriptError(
      `A desktop VS Code could not be downloaded (${error.message}). Check the network connection, then try again.`,
    );
  }
}

/** VS Code runs tests of an extension under development, so an empty one is created beside the installed one. */
function createDriver(place) {
  const folder = join(place, 'driver');
  mkdirSync(folder);
  const manifest = { name: 'driver', publisher: 'test-stations', version: '0.0.1', engines: { vscode: '^1.105.0' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

function createWorkspace(place) {
  const folder = join(place, 'workspace');
  mkdirSync(folder);
  cpSync(join(root, 'test', 'fixtures', 'scripts', 'openhtf_bare.py'), join(folder, 'board.py'));
  for (const name of ['wait', 'go']) writeFileSync(join(folder, name), ''); // lets the script end
  mkdirSync(join(place, 'user', 'User'), { recursive: true });
  const settings = {
    'testStations.dataFolder': join(place, 'data'),
    'testStations.python': venvPython('newest'),
    'testStations.workingFolder': folder,
  };
  writeFileSync(join(place, 'user', 'User', 'settings.json'), JSON.stringify(settings));
  return folder;
}

/** The server would outlive its window. */
function stopServer(place) {
  try {
    process.kill(JSON.parse(readFileSync(join(place, 'data', 'server.json'), 'utf8')).pid);
  } catch {
    // No server was started.
  }
}

await runMain(main);
