import type { Locator, Page } from 'playwright-core';
import { clickUnderMouse } from './mouse.ts';

/** A notification at the lower right, found by a part or a pattern of its text. */
export class Notification {
  readonly locator: Locator;

  constructor(page: Page, text: string | RegExp) {
    this.locator = page.locator('.notifications-toasts .notification-list-item', {
      has: page.locator('.notification-list-item-message', { hasText: text }),
    });
  }

  async text(): Promise<string> {
    return (await this.locator.locator('.notification-list-item-message').innerText()).trim();
  }

  async buttons(): Promise<string[]> {
    await this.locator.waitFor();
    return this.locator.locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts();
  }

  async click(button: string): Promise<void> {
    await this.locator.getByRole('button', { name: button, exact: true }).click();
  }

  async close(): Promise<void> {
    await clickUnderMouse(this.locator, this.locator.getByRole('button', { name: /^Clear Notification/ }));
    await this.locator.waitFor({ state: 'hidden' });
  }
}

/** A modal dialog. */
export class Dialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator('.monaco-dialog-box');
  }

  /** Message and detail. */
  async text(): Promise<string> {
    return (await this.#box.locator('.dialog-message-container').innerText()).trim();
  }

  async buttons(): Promise<string[]> {
    return this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  async click(button: string): Promise<void> {
    // This one box: the next dialog may stand in its place at once.
    const box = await this.#box.elementHandle();
    await this.#box.getByRole('button', { name: button, exact: true }).click();
    await box.waitForElementState('hidden');
  }
}
