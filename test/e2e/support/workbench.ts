import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { CodeServer, type CodeServerOptions } from './codeServer.ts';
import { Dialog, Notification } from './messages.ts';
import * as panels from './panels.ts';
import * as places from './places.ts';
import { QuickInput } from './quickInput.ts';
import { Tree } from './tree.ts';
import { until } from './until.ts';

export const allThemes = ['light', 'dark', 'hc', 'hcLight'] as const;
export type Theme = (typeof allThemes)[number];

const themes: Record<Theme, { name: string; mark: string }> = {
  light: { name: 'Light Modern', mark: '.monaco-workbench.vs' },
  dark: { name: 'Dark Modern', mark: '.monaco-workbench.vs-dark' },
  hc: { name: 'Default High Contrast', mark: '.monaco-workbench.hc-black' },
  hcLight: { name: 'Default High Contrast Light', mark: '.monaco-workbench.hc-light' },
};

/** A VS Code window in a browser, and what a person does in it. Each verb waits until it can be done. */
export class Workbench {
  readonly server: CodeServer;
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly dialog: Dialog;
  readonly #context: BrowserContext;

  private constructor(server: CodeServer, context: BrowserContext, page: Page) {
    this.server = server;
    this.#context = context;
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.dialog = new Dialog(page);
  }

  /** Starts a VS Code and a browser of its own; no window is open yet. */
  static async start(options: CodeServerOptions = {}): Promise<Workbench> {
    const server = await CodeServer.create(options);
    let context: BrowserContext | undefined;
    try {
      await server.start();
      context = await openBrowser(join(server.folder, 'browser'));
      const page = context.pages()[0] ?? (await context.newPage());
      page.setDefaultTimeout(20_000);
      return new Workbench(server, context, page);
    } catch (error) {
      await context?.close();
      await server.dispose();
      throw error;
    }
  }

  /** Closes browser and VS Code, ends what they started, removes their folder. */
  async dispose(): Promise<void> {
    await this.#context.close();
    await this.server.dispose();
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
    await this.#pick(`>${title}`, title);
  }

  /** Opens a file of the workspace by a part of its path that names it alone. */
  async openFile(path: string): Promise<void> {
    await this.#pick(path, basename(path));
    await this.page.getByRole('tab', { name: basename(path), selected: true }).waitFor();
    // The tab comes first. Until the text is there, the icons of the title still act on the file before.
    await this.page
      .locator(`.editor-group-container.active .monaco-editor[data-uri$="/${encodeURIComponent(basename(path))}"]`)
      .waitFor();
  }

  /** Shows a view container of the activity bar. By its command: a click on its icon would hide one that is shown. */
  async openContainer(title: string): Promise<void> {
    await this.command(`View: Show ${title}`);
  }

  tree(title: string): Tree {
    return new Tree(this.page, title);
  }

  /** Clicks an icon in the title of the sidebar's view. */
  async viewAction(title: string): Promise<void> {
    const sidebar = this.page.locator('.part.sidebar');
    await sidebar.hover();
    await sidebar.getByRole('toolbar').getByRole('button', { name: title }).click();
  }

  /** Clicks an icon in the title of the active editor. */
  async editorAction(title: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .title').getByRole('button', { name: title }).click();
  }

  /** The page of the webview that is in sight. */
  webview(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .filter({ visible: true })
      .contentFrame()
      .frameLocator('iframe#active-frame');
  }

  async closeEditor(name: string): Promise<void> {
    const tab = this.page.getByRole('tab', { name });
    await tab.hover();
    await tab.getByRole('button', { name: /^Close/ }).click();
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

  async setTheme(theme: Theme): Promise<void> {
    await this.server.changeMachineSettings({ 'workbench.colorTheme': themes[theme].name });
    await this.page.locator(themes[theme].mark).waitFor();
  }

  /** Saves what is seen as `build/screenshots/<name>-<theme>.png`. */
  async screenshot(name: string, theme: Theme): Promise<void> {
    await this.setTheme(theme);
    const folder = join(places.build, 'screenshots');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
  }

  async #show(command: string, panel: string): Promise<void> {
    if (await this.page.locator(panel).isVisible()) return;
    await this.command(command);
    await this.page.locator(panel).waitFor();
  }

  async #usable(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });
  }

  /**
   * Chooses in the palette. While it is open it does not learn of new commands and files, and a window that still
   * restores its panels takes the focus from it, which closes it: so it is opened anew.
   */
  async #pick(text: string, label: string): Promise<void> {
    await until(
      async () => {
        await this.page.keyboard.press('F1');
        await this.quickInput.fill(text, 3000);
        const row = this.quickInput.row(label);
        const found = await row.waitFor({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
        await (found ? row.click({ timeout: 3000 }) : this.page.keyboard.press('Escape'));
        return found;
      },
      { what: `"${label}" in the palette`, timeout: 30_000 },
    );
  }
}
