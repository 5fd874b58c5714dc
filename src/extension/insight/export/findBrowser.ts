import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

interface BrowserSystem {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly canRun: (path: string) => Promise<boolean>;
}

const thisSystem: BrowserSystem = {
  platform: process.platform,
  env: process.env,
  home: homedir(),
  canRun: (path) =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    ),
};

/**
 * Finds a browser that prints without a window: Chrome, Edge or Chromium. `CHROME_PATH` may name another one of its kind.
 * @returns its path, or undefined if none is installed
 */
export async function findBrowser(system = thisSystem): Promise<string | undefined> {
  const { CHROME_PATH: named } = system.env;
  for (const path of [...(named ? [named] : []), ...usualPaths(system)]) {
    if (await system.canRun(path)) return path;
  }
  return undefined;
}

function usualPaths({ platform, env, home }: BrowserSystem): string[] {
  if (platform === 'win32') {
    const programs = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']].filter(isGiven);
    const installed = ['Google\\Chrome', 'Microsoft\\Edge', 'Chromium'].flatMap((name) => {
      const file = name.endsWith('Edge') ? 'msedge.exe' : 'chrome.exe';
      return programs.map((folder) => win32.join(folder, name, 'Application', file));
    });
    return [...installed, ...inPath(env['Path'] ?? env['PATH'], win32, ['chrome.exe', 'msedge.exe'])];
  }
  if (platform === 'darwin') {
    return ['Google Chrome', 'Microsoft Edge', 'Chromium'].flatMap((name) =>
      ['/Applications', `${home}/Applications`].map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  const names = ['google-chrome-stable', 'google-chrome', 'microsoft-edge-stable', 'microsoft-edge', 'chromium'];
  const folders = [env['PATH'], '/usr/bin', '/snap/bin'].filter(isGiven).join(':');
  return inPath(folders, posix, [...names, 'chromium-browser']);
}

const inPath = (folders: string | undefined, path: typeof posix, names: readonly string[]): string[] =>
  names.flatMap((name) =>
    (folders ?? '')
      .split(path.delimiter)
      .filter((folder) => path.isAbsolute(folder))
      .map((folder) => path.join(folder, name)),
  );

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';
