import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { areSlowTestsLeftOut } from '../../support/slow.ts';
import { openBrowser } from './browser.ts';
import { CodeServer, type CodeServerOptions, type Settings } from './codeServer.ts';
import { Dialog, Notification } from './messages.ts';
import { clickUnderMouse } from './mouse.ts';
import * as panels from './panels.ts';
import * as places from './places.ts';
import { extensionHosts } from './processes.ts';
import { QuickInput } from './quickInput.ts';
import { Tree } from './tree.ts';
import { eventually, until } from './until.ts';

export const allThemes = ['light', 'dark', 'hc', 'hcLight'] as const;
/** Of the page in the browser. */
export const size = { width: 1280, height: 800 };

export type Theme = (typeof allThemes)[number];

/** The themes in which axe looks at a page: all but for `npm test`. */
export const checkedThemes: readonly Theme[] = areSlowTestsLeftOut ? ['light'] : allThemes;

/** Whether pictures of pages are saved for a person to look at. `npm test` and `npm run test:full` save none. */
export const areScreenshotsWanted = process.env['TEST_SCREENSHOTS'] !== 'no';

/** `mark`: of the window; `kind`: of pages within it. */
const themes: Record<Theme, { name: string; mark: string; kind: string }> = {
  light: { name: 'Default Light Modern', mark: '.monaco-workbench.vs', kind: 'vscode-light' },
  dark: { name: 'Default Dark Modern', mark: '.monaco-workbench.vs-dark', kind: 'vscode-dark' },
  hc: { name: 'Default High Contrast', mark: '.monaco-workbench.hc-black', kind: 'vscode-high-contrast' },
  hcLight: {
    name: 'Default High Contrast Light',
    mark: '.monaco-workbench.hc-light',
    kind: 'vscode-high-contrast-light',
  },
};

/** The page that a webview's frame holds. */
const within = (frame: Locator): FrameLocator => frame.contentFrame().frameLocator('iframe#active-frame');

/**
 * Has notifications stay until they are closed. By itself VS Code hides them after ten seconds, and a busy machine may take
 * longer than that to come to one. The names of methods are short in the oldest VS Code, those of properties are not.
 */
const notificationsStay = `{
  const later = window.setTimeout;
  window.setTimeout = (work, millis, ...rest) =>
    millis >= 10_000 && String(work).includes('.sticky||') ? 0 : later(work, millis, ...rest);
}`;

/** A VS Code window in a browser, and what a person does in it. Each verb waits until it can be done. */
export class Workbench {
  readonly server: CodeServer;
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly dialog: Dialog;
  readonly #context: BrowserContext;
  readonly #webviews: Locator;
  #changes = 0;
  #theme: Theme | undefined;

  private constructor(server: CodeServer, context: BrowserContext, page: Page) {
    this.server = server;
    this.#context = context;
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.dialog = new Dialog(page);
    this.#webviews = page.locator('iframe.webview.ready').filter({ visible: true });
  }

  /** Starts a VS Code and a browser of its own; no window is open yet. */
  static async start(options: CodeServerOptions = {}): Promise<Workbench> {
    const server = await CodeServer.create(options);
    let context: BrowserContext | undefined;
    try {
      await server.start();
      context = await openBrowser(join(server.folder, 'browser'));
      const page = context.pages()[0] ?? (await context.newPage());
      // A busy machine takes many times as long as an idle one.
      page.setDefaultTimeout(45_000);
      page.setDefaultNavigationTimeout(90_000);
      await page.addInitScript(notificationsStay);
      return new Workbench(server, context, page);
    } catch (error) {
      await context?.close();
      await server.dispose();
      throw error;
    }
  }

  /** Closes browser and VS Code, ends what they started, removes their folder. */
  async dispose(): Promise<void> {
    if (process.env['NODE_V8_COVERAGE'] !== undefined) await this.#leave();
    await this.#context.close();
    await this.server.dispose();
  }

  /** Leaves the window, so that its extension host ends by itself: one that is ended by a signal writes no coverage. */
  async #leave(): Promise<void> {
    await this.page.goto('about:blank').catch(() => undefined); // the browser may have ended
    const ended = () => extensionHosts(this.server.folder).length === 0;
    await until(ended, { timeout: 10_000, what: 'the end of the extension host' }).catch(() => undefined);
  }

  /** Opens a folder and waits until the window is usable. */
  async open(folder: string): Promise<void> {
    await this.page.goto(`${this.server.url}/?folder=${encodeURIComponent(folder)}`);
    await this.#usable();
  }

  /** Opens a window without a folder. */
  async openEmpty(): Promise<void> {
    await this.page.goto(`${this.server.url}/?ew=true`);
    await this.#usable();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#usable();
  }

  /** Runs a command by the palette; `title` as seen there, such as `Test Stations: Create Station`. */
  async command(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by its name, or by the end of its path if others have the same name. */
  async openFile(path: string): Promise<void> {
    await this.#pick('Control+P', path, basename(path), dirname(path) === '.' ? '' : dirname(path));
    await this.page.getByRole('tab', { name: basename(path), selected: true }).waitFor();
    // The tab comes first. Until the text is there, the icons of the title still act on the file before.
    await this.page
      .locator(
        `.editor-group-container.active .monaco-editor[data-uri$="/${path.split('/').map(encodeURIComponent).join('/')}"]`,
      )
      .waitFor();
  }

  /** Puts the cursor of the active editor into a line, counted from 1. What takes the focus late closes the box for it. */
  async goToLine(line: number): Promise<void> {
    const there = this.statusBarItem(`Ln ${line},`);
    await until(
      async () => {
        // Not by a click: what is in sight of the text may lie below something, or be a lens.
        await this.page.locator('.editor-group-container.active .native-edit-context').focus();
        await this.page.keyboard.press('Control+G');
        await this.quickInput.fill(`:${line}`, 3000);
        await this.quickInput.accept();
        await there.waitFor({ timeout: 3000 });
        return true;
      },
      { what: `line ${line}` },
    );
    await this.quickInput.closed();
  }

  /** Shows a view container of the activity bar. A click on the icon of one that is shown would hide it. */
  async openContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name: title });
    await until(
      async () => {
        if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
        await tab.and(this.page.locator('[aria-expanded=true]')).waitFor({ timeout: 3000 });
        return true;
      },
      { what: title },
    );
  }

  tree(title: string): Tree {
    return new Tree(this.page, title);
  }

  /** Clicks an icon in the title of the active editor. */
  async editorAction(title: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .title').getByRole('button', { name: title }).click();
  }

  /** The page of the webview that is in sight. */
  webview(): FrameLocator {
    return within(this.#webviews);
  }

  async closeEditor(name: string | RegExp): Promise<void> {
    const tab = this.page.getByRole('tab', { name });
    await clickUnderMouse(tab, tab.getByRole('button', { name: /^Close/ }));
    await tab.waitFor({ state: 'detached' });
  }

  /** The names of the icons in the title of the active editor. */
  async editorActions(): Promise<string[]> {
    // In one go: one of them may be about to vanish.
    return this.page
      .locator('.editor-group-container.active .title')
      .getByRole('button')
      .evaluateAll((buttons: readonly { getAttribute(name: string): string | null }[]) =>
        buttons.map((button) => button.getAttribute('aria-label') ?? ''),
      );
  }

  notification(text: string | RegExp): Notification {
    return new Notification(this.page, text);
  }

  /** The item of the status bar with this text, or a text of this pattern. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text });
  }

  /** The rows of the Problems panel, which it opens. */
  async problems(): Promise<string[]> {
    await this.#show('Problems: Focus on Problems View', '.markers-panel');
    return panels.problems(this.page);
  }

  outputChannel(name: string): Promise<string> {
    return panels.outputChannel(this.server.data, name);
  }

  /** The rows of the tree in the Test Results panel, which it opens. */
  async testResultRows(): Promise<string[]> {
    await this.#show('Test Results: Focus on Test Results View', '.test-output-peek-tree');
    return panels.testResultRows(this.page);
  }

  /** Chooses a row of the tree in the Test Results panel by a part of its text: its message or output is shown. */
  async pickTestResult(text: string | RegExp): Promise<void> {
    await this.page.locator('.test-output-peek-tree .monaco-list-row', { hasText: text }).first().click();
  }

  /** What is to be seen of the output in the Test Results panel, which it opens. */
  async testResultText(): Promise<string> {
    await this.#show('Test Results: Focus on Test Results View', '.test-output-peek-tree');
    return panels.testResultText(this.page);
  }

  async clipboard(): Promise<string> {
    return String(await this.page.evaluate('navigator.clipboard.readText()'));
  }

  /** The text that `copy` puts into the clipboard, which is emptied first: all windows of a browser share it. */
  async copied(copy: () => Promise<void>): Promise<string> {
    await this.page.evaluate("navigator.clipboard.writeText('')");
    await copy();
    return until(async () => (await this.clipboard()) || null, { what: 'the copied text' });
  }

  /** Changes settings of the machine, and waits until the window works by them. */
  async changeSettings(changes: Settings): Promise<void> {
    const sign = `settings ${++this.#changes}`;
    await this.server.changeMachineSettings({ ...changes, 'window.title': sign });
    await until(async () => (await this.page.title()).includes(sign), { what: 'the changed settings' });
  }

  /** Gives the machine these settings instead of those that it had. */
  async replaceSettings(settings: Settings): Promise<void> {
    this.server.forgetMachineSettings();
    await this.changeSettings(settings);
    this.#theme = undefined;
  }

  async setTheme(theme: Theme): Promise<void> {
    if (theme === this.#theme) return;
    const { name, mark, kind } = themes[theme];
    await this.changeSettings({ 'workbench.colorTheme': name });
    await this.page.locator(mark).waitFor();
    // Pages within the window are told of it.
    await eventually(async () => {
      const pages = await this.#webviews.all();
      const classes = await Promise.all(
        pages.map((page) =>
          within(page)
            .locator('body')
            .evaluateAll((bodies: readonly { className: string }[]) => bodies.map((body) => body.className)),
        ),
      );
      for (const [body = 'none', ...more] of classes) {
        assert.ok(
          body.split(' ').includes(kind) && more.length === 0,
          `The themes of the webviews: ${JSON.stringify(classes)}`,
        );
      }
    });
    this.#theme = theme;
  }

  /** Saves what is seen as `build/screenshots/<name>-<theme>.png`, if screenshots are wanted. */
  async screenshot(name: string, theme: Theme): Promise<void> {
    if (!areScreenshotsWanted) return;
    await this.setTheme(theme);
    const folder = join(places.leavings, 'screenshots');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
  }

  /** Saves a part of the window for a page of the documentation, as `build/screenshots/readme-<name>.png`. */
  async picture(name: string, part: Locator): Promise<void> {
    await this.page.mouse.move(0, 0); // no hover
    const folder = join(places.build, 'screenshots');
    await mkdir(folder, { recursive: true });
    await part.screenshot({ path: join(folder, `readme-${name}.png`), animations: 'disabled' });
  }

  /** In every theme; the light one stays. */
  async screenshots(name: string): Promise<void> {
    if (!areScreenshotsWanted) return;
    for (const theme of allThemes) await this.screenshot(name, theme);
    await this.setTheme('light');
  }

  async #show(command: string, panel: string): Promise<void> {
    if (await this.page.locator(panel).isVisible()) return;
    await this.command(command);
    await this.page.locator(panel).waitFor();
  }

  /** Until the commands of the extension are in the palette, which is when its view container is in the activity bar. */
  async #usable(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Test Stations' }).waitFor({ timeout: 60_000 });
  }

  /**
   * Chooses in the palette that a key opens. An open palette does not learn of new commands and files, and a window that
   * restores its panels closes it: then it is opened again.
   */
  async #pick(key: 'F1' | 'Control+P', text: string, label: string, folder = ''): Promise<void> {
    await until(
      async () => {
        await this.page.keyboard.press(key);
        await this.quickInput.fill(text, 3000);
        const row = this.quickInput.row(label).filter({ hasText: folder });
        const none = this.quickInput.row(key === 'F1' ? 'No matching commands' : 'No matching results');
        await row
          .or(none)
          .waitFor({ timeout: 3000 })
          .catch(() => undefined);
        const found = await row.isVisible();
        await (found ? row.click({ timeout: 3000 }) : this.page.keyboard.press('Escape'));
        return found;
      },
      { what: `"${label}" in the palette`, timeout: 30_000 },
    );
  }
}
