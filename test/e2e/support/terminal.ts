import type { Locator, Page } from 'playwright-core';

/** The terminal that is to be seen. */
export class Terminal {
  readonly #page: Page;
  readonly #screen: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#screen = page.locator('.terminal-wrapper.active');
  }

  /** Its title, where there is only one. */
  get title(): Locator {
    return this.#page.locator('.part.panel .single-terminal-tab');
  }

  async text(): Promise<string> {
    const rows = await this.#screen.locator('.xterm-rows > div').allInnerTexts();
    return rows.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Types a line into its shell. */
  async enter(line: string): Promise<void> {
    await this.#screen.locator('.xterm-helper-textarea').focus();
    await this.#page.keyboard.type(line);
    await this.#page.keyboard.press('Enter');
  }
}
