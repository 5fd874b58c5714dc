import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';

/** What is used of an element of the page. */
interface Painted {
  readonly innerText: string;
  getBoundingClientRect(): { readonly top: number };
}

/** The active text editor. Texts are found in the lines that are to be seen. */
export class Editor {
  readonly #page: Page;
  readonly #group: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#group = page.locator('.editor-group-container.active');
  }

  text(text: string | RegExp): Locator {
    return this.#group.locator('.view-line', { hasText: text }).first();
  }

  /** What the lenses say, from above. */
  async lenses(): Promise<string[]> {
    return (await this.#lenses().allInnerTexts()).map((text) => text.trim());
  }

  lens(text: string): Locator {
    return this.#lenses().filter({ hasText: text });
  }

  /** The text of the line that a lens stands above. */
  async lineBelowLens(text: string): Promise<string> {
    const lens = await this.lens(text).boundingBox();
    // In one go: a line may be about to be painted anew.
    const lines = await this.#group
      .locator('.view-line')
      .evaluateAll((each: readonly Painted[]) =>
        each.map((line) => ({ top: line.getBoundingClientRect().top, text: line.innerText })),
      );
    const below = lines.filter(({ top }) => lens !== null && top >= lens.y + lens.height / 2);
    below.sort((a, b) => a.top - b.top);
    return (below[0]?.text ?? '').replaceAll('\u00a0', ' ');
  }

  /** Selects the only place of a text in the file. */
  async select(text: string): Promise<void> {
    await this.#group.locator('.view-lines').first().click();
    await this.#page.keyboard.press('Control+Home');
    await this.#page.keyboard.press('Control+f');
    const find = this.#group.locator('.find-widget.visible');
    await find.locator('textarea.input').first().fill(text);
    await find.locator('.matchesCount').getByText(/of 1$/).waitFor();
    await this.#page.keyboard.press('Enter');
    await find.locator('.matchesCount').getByText('1 of 1').waitFor();
    await this.#page.keyboard.press('Escape');
    await find.waitFor({ state: 'hidden' });
  }

  /** Puts the cursor behind the only place of a text. */
  async endOf(text: string): Promise<void> {
    await this.select(text);
    await this.#page.keyboard.press('ArrowRight');
  }

  /** The quick fixes at the cursor, in a list that it leaves open. */
  async quickFixes(): Promise<string[]> {
    const rows = this.#page.locator('.action-widget .monaco-list-row.action');
    await until(
      async () => {
        if ((await rows.count()) === 0) await this.#page.keyboard.press('Control+.');
        await rows.first().waitFor({ timeout: 3000 });
        return true;
      },
      { what: 'quick fixes' },
    );
    return (await rows.allInnerTexts()).map((text) => text.trim());
  }

  async fix(title: string): Promise<void> {
    await this.quickFixes();
    await this.#page.locator('.action-widget .monaco-list-row.action', { hasText: title }).click();
  }

  /** The rows of the list of completions. */
  async suggestions(): Promise<string[]> {
    return this.#page.locator('.suggest-widget.visible .monaco-list-row').allInnerTexts();
  }

  /** What is shown of the place of the cursor. */
  async hover(): Promise<Locator> {
    const hover = this.#page.locator('.monaco-editor .monaco-hover').filter({ visible: true }).first();
    await until(
      async () => {
        await this.#page.keyboard.press('Control+K');
        await this.#page.keyboard.press('Control+I');
        await hover.waitFor({ timeout: 5000 });
        return true;
      },
      { what: 'a hover' },
    );
    return hover;
  }

  #lenses(): Locator {
    return this.#group.locator('.codelens-decoration > a');
  }
}
