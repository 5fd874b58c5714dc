import type { Locator, Page } from 'playwright-core';
import { chooseMenuItem } from './menu.ts';

/** A tree view. Rows are found by the label that is seen, or a pattern of it. */
export class Tree {
  readonly #page: Page;
  readonly locator: Locator;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.locator = page.getByRole('tree', { name: title });
  }

  /** Label and description of each row to be seen, such as `Bench A online`. */
  async rows(): Promise<string[]> {
    const rows = await this.locator.getByRole('treeitem').all();
    return Promise.all(
      rows.map(async (row) =>
        (await labelOf(row).locator('.label-name, .label-description').allInnerTexts()).join(' '),
      ),
    );
  }

  /** The row whose label (without its description) is `label`; a pattern is tried on label and description. */
  row(label: string | RegExp): Row {
    const rows = this.locator.getByRole('treeitem');
    const name = this.#page.locator('.label-name');
    const row =
      typeof label === 'string'
        ? rows.filter({ has: name.getByText(label, { exact: true }) })
        : rows.filter({ has: this.#page.locator('.monaco-icon-label', { hasText: label }) });
    return new Row(this.#page, row);
  }
}

export class Row {
  readonly #page: Page;
  /** For waiting and for what has no verb here. */
  readonly locator: Locator;

  constructor(page: Page, locator: Locator) {
    this.#page = page;
    this.locator = locator;
  }

  async click(): Promise<void> {
    await labelOf(this.locator).click();
  }

  async expand(): Promise<void> {
    if ((await this.locator.getAttribute('aria-expanded')) === 'false')
      await this.locator.locator('.monaco-tl-twistie').click();
  }

  async collapse(): Promise<void> {
    if ((await this.locator.getAttribute('aria-expanded')) === 'true')
      await this.locator.locator('.monaco-tl-twistie').click();
  }

  /** What a screen reader says. */
  async spoken(): Promise<string> {
    return (await this.locator.getAttribute('aria-label')) ?? '';
  }

  async tooltip(): Promise<string> {
    const shown = this.#page.locator('.monaco-hover').filter({ visible: true });
    await this.#page.mouse.move(700, 400);
    await shown.waitFor({ state: 'hidden' });
    await labelOf(this.locator).hover();
    await shown.filter({ hasNotText: /^Loading/ }).waitFor();
    return (await shown.innerText()).trim();
  }

  /** Right click, then the item of the menu. */
  async menu(item: string): Promise<void> {
    await labelOf(this.locator).click({ button: 'right' });
    await chooseMenuItem(this.#page, item);
  }

  /** Clicks the icon at the end of the row. */
  async action(title: string): Promise<void> {
    await this.locator.hover();
    await this.locator.getByRole('button', { name: title }).click();
  }
}

function labelOf(row: Locator): Locator {
  return row.locator('.monaco-icon-label').first();
}
