import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { eventually } from './until.ts';

export interface PickRow {
  label: string;
  description: string;
  detail: string;
}

/** What is used of an element of the page. */
interface Painted {
  readonly textContent: string | null;
  querySelector(selector: string): Painted | null;
}

/** The box at the top of the window: command palette, input boxes, quick picks. */
export class QuickInput {
  readonly #page: Page;
  readonly #box: Locator;
  readonly #input: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#box = page.locator('.quick-input-widget').filter({ visible: true });
    this.#input = this.#box.locator('.quick-input-filter input');
  }

  /** Waits for the box with this title. */
  async opened(title: string): Promise<void> {
    await this.#box.locator('.quick-input-title').getByText(title, { exact: true }).waitFor();
  }

  async closed(): Promise<void> {
    await this.#page.locator('.quick-input-widget').filter({ visible: true }).waitFor({ state: 'hidden' });
  }

  async title(): Promise<string> {
    return (await this.#box.locator('.quick-input-title').innerText()).trim();
  }

  /** @param timeout milliseconds to wait for the box; default that of the page */
  async fill(text: string, timeout?: number): Promise<void> {
    await this.#input.fill(text, timeout === undefined ? {} : { timeout });
  }

  /** Chooses a file or folder in the file dialog, which is a quick pick where VS Code runs in a browser. */
  async file(path: string): Promise<void> {
    await this.row('..').waitFor(); // before, it would put the folder in which it begins over what is typed
    await this.fill(path);
    await this.row(basename(path)).waitFor(); // it has read the folder
    await this.accept();
  }

  /** Takes the file that the file dialog offers to save to, once its name is as expected. */
  async saveAs(name: RegExp): Promise<void> {
    await this.row('..').waitFor(); // before, it has not read the folder, and takes nothing
    await eventually(async () => assert.match(basename(await this.value()), name));
    await this.accept();
  }

  async value(): Promise<string> {
    return this.#input.inputValue();
  }

  async accept(): Promise<void> {
    await this.#input.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.#input.press('Escape');
    await this.closed();
  }

  /** Prompt or validation message under the input. */
  async message(): Promise<string> {
    return (await this.#box.locator('.quick-input-message').innerText()).trim();
  }

  async pick(label: string): Promise<void> {
    await this.row(label).click();
  }

  /** The row with exactly this label, icons not counted. */
  row(label: string): Locator {
    const name = this.#page.locator('.quick-input-list-rows > .quick-input-list-row:first-child .label-name');
    // Not by the text of an element: what was typed is marked by an element of its own within the label.
    const words = label.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return this.#list().filter({ has: name.filter({ hasText: new RegExp(`^\\s*${words.join('\\s+')}\\s*$`) }) });
  }

  /** The rows to be seen; a long list has more below. */
  async rows(): Promise<PickRow[]> {
    // In one go: some of them may be about to vanish.
    return this.#list().evaluateAll((rows: readonly Painted[]) =>
      rows.map((row) => {
        const text = (part: string): string =>
          (row.querySelector(part)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
        return {
          label: text('.label-name'),
          description: text('.label-description'),
          detail: text('.quick-input-list-label-meta'),
        };
      }),
    );
  }

  /** A button of the title bar or of the input, such as Back. */
  async button(name: string): Promise<void> {
    await this.#box.getByRole('button', { name }).click();
  }

  #list(): Locator {
    return this.#box.locator('.quick-input-list .monaco-list-row');
  }
}
