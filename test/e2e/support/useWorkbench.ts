import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, type Suite } from 'mocha';
import type { Page } from 'playwright-core';
import type { CodeServerOptions } from './codeServer.ts';
import * as places from './places.ts';
import { Workbench } from './workbench.ts';

/**
 * Inside a `describe`: one workbench for all its tests. A failed test leaves a screenshot and VS Code's logs in
 * `build/failures/<title of the test>/`, a failed `before` in `build/failures/<title of the suite>-before/`.
 * @returns gives the workbench, inside of tests and hooks
 */
export function useWorkbench(options: CodeServerOptions = {}): () => Workbench {
  let workbench: Workbench | undefined;

  before(async function () {
    workbench = await Workbench.start(options);
  });
  leaveTraces(() => workbench);
  after(() => workbench?.dispose());

  return () => {
    if (!workbench) throw new Error('The workbench is there inside of tests and hooks only.');
    return workbench;
  };
}

/** Inside a `describe`: keeps a screenshot and logs of each failure in the workbench, before a later hook ends it. */
export function leaveTraces(workbench: () => Workbench | undefined): void {
  afterEach(async function () {
    const test = this.currentTest;
    const window = workbench();
    if (!window || test?.state !== 'failed') return;
    await keep(window, test.fullTitle());
    if (test.err) test.err.message += `\nThe window showed: ${await boxesOf(window.page)}`;
    // What it left open must not fail the next test too.
    await window.page.keyboard.press('Escape');
  });
  after(async function () {
    const suite = this.test?.parent;
    const window = workbench();
    if (window && suite && !hasRun(suite)) await keep(window, `${suite.fullTitle()} before`);
  });
}

/** False when a hook before the first test failed. */
function hasRun(suite: Suite): boolean {
  let some = false;
  suite.eachTest((test) => {
    some ||= test.state !== undefined;
  });
  return some;
}

/** What lies above the views: dialogs, menus, the box at the top, and notifications, each with its text. */
async function boxesOf(page: Page): Promise<string> {
  const boxes = '.monaco-dialog-box, .monaco-menu, .quick-input-widget, .notification-list-item';
  const texts = await page.locator(boxes).filter({ visible: true }).allInnerTexts();
  return JSON.stringify(texts.map((text) => text.replace(/\s+/g, ' ').trim()));
}

async function keep(workbench: Workbench, title: string): Promise<void> {
  const folder = join(places.leavings, 'failures', title.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 100));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await workbench.page.screenshot({ path: join(folder, 'window.png') });
  await cp(join(workbench.server.data, 'logs'), join(folder, 'logs'), { recursive: true });
  await cp(join(workbench.server.folder, 'code-server.log'), join(folder, 'code-server.log'));
}
