import type { Locator, Page } from 'playwright-core';

/** The terminal that is to be seen. */
export class Terminal {
  readonly #page: Page;
  readonly #screen: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#screen = page.locator('.terminal-wrapper.active').filter({ visible: true });
  }

  /** The title of a terminal, in the panel's bar or in the list of several. */
  tab(title: string): Locator {
    return this.#page.locator('.single-terminal-tab, .terminal-tabs-entry').filter({ hasText: title });
  }

  async text(): Promise<string> {
    const rows = await this.#screen.locator('.xterm-rows > div').allInnerTexts();
    return rows.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Types a line into its shell. */
  async enter(line: string): Promise<void> {
    // A long output has VS Code show its command above it, in a terminal of its own.
    await this.#screen.locator('.xterm-helper-textarea:not(.terminal-sticky-scroll *)').focus();
    await this.#page.keyboard.type(line);
    await this.#page.keyboard.press('Enter');
  }
}
