import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installWithApt } from './apt.mjs';
import { ScriptError } from './main.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

const usualPlaces = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
};

/**
 * Installs Chromium with apt-get if no Chromium or Chrome is found.
 * @returns {Promise<string>} the path of the program
 */
export async function installBrowser() {
  await installWithApt({
    name: 'browser',
    title: 'Installing Chromium',
    packages: ['chromium', 'fonts-dejavu-core'],
    isInstalled: () => findBrowser() !== undefined,
  });
  const found = findBrowser();
  if (found) return found;
  throw new ScriptError(
    'Chromium or Chrome is needed, and none was found. Install one (on Debian and Ubuntu: apt install chromium ' +
      'fonts-dejavu-core), or name it in the environment variable CHROMIUM_PATH, then try again.',
  );
}

function findBrowser() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new ScriptError(
      `CHROMIUM_PATH names ${named}, which does not exist. Correct it or unset it, then try again.`,
    );
  }
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...(usualPlaces[process.platform] ?? [])].find((file) => existsSync(file));
}
