import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findBrowser } from '../../../src/extension/insight/export/findBrowser.ts';

type System = NonNullable<Parameters<typeof findBrowser>[0]>;

const found = (system: Omit<System, 'home' | 'canRun'>, ...installed: string[]): Promise<string | undefined> =>
  findBrowser({ ...system, home: '/home/ada', canRun: (path) => Promise.resolve(installed.includes(path)) });

describe('the browser that prints reports', () => {
  it('is the one that CHROME_PATH names, unless that does not exist', async () => {
    const system = { platform: 'linux', env: { CHROME_PATH: '/opt/brave', PATH: '/usr/bin' } } as const;
    assert.equal(await found(system, '/opt/brave', '/usr/bin/google-chrome'), '/opt/brave');
    assert.equal(await found(system, '/usr/bin/google-chrome'), '/usr/bin/google-chrome');
  });

  it('is found on Linux in the folders of PATH and where packages and snaps put it, Chrome first', async () => {
    const system = { platform: 'linux', env: { PATH: '/home/ada/bin:relative:/usr/bin' } } as const;
    assert.equal(await found(system, '/home/ada/bin/chromium'), '/home/ada/bin/chromium');
    assert.equal(await found(system, '/usr/bin/chromium', '/usr/bin/google-chrome'), '/usr/bin/google-chrome');
    assert.equal(await found({ platform: 'linux', env: {} }, '/snap/bin/chromium'), '/snap/bin/chromium');
    assert.equal(await found(system, 'relative/chromium'), undefined);
  });

  it('is found on Windows below the program folders of the machine and of the user', async () => {
    const env = {
      ProgramFiles: 'C:\\Program Files',
      'ProgramFiles(x86)': 'C:\\Program Files (x86)',
      LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local',
      Path: 'C:\\Windows;D:\\portable',
    };
    const chrome = 'C:\\Users\\ada\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe';
    const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
    assert.equal(await found({ platform: 'win32', env }, edge), edge);
    assert.equal(await found({ platform: 'win32', env }, edge, chrome), chrome);
    assert.equal(await found({ platform: 'win32', env }, 'D:\\portable\\chrome.exe'), 'D:\\portable\\chrome.exe');
  });

  it('is found on macOS among the applications of the machine and of the user', async () => {
    const own = '/home/ada/Applications/Chromium.app/Contents/MacOS/Chromium';
    const edge = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
    assert.equal(await found({ platform: 'darwin', env: {} }, own), own);
    assert.equal(await found({ platform: 'darwin', env: {} }, own, edge), edge);
  });

  it('is undefined where none is installed', async () => {
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      assert.equal(await found({ platform, env: {} }), undefined);
    }
  });
});
