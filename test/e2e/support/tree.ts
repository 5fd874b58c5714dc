import type { Locator, Page } from 'playwright-core';
import { chooseMenuItem } from './menu.ts';
import { clickUnderMouse } from './mouse.ts';
import { until } from './until.ts';

/** What is used of an element of the page. */
interface Painted {
  readonly innerText: string;
  querySelectorAll(selector: string): Iterable<Painted>;
}

/** A tree view. Rows are found by the label that is seen, or a pattern of it. */
export class Tree {
  readonly #page: Page;
  readonly #title: string;
  readonly locator: Locator;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.#title = title;
    this.locator = page.getByRole('tree', { name: title });
  }

  /** Label and description of each row to be seen, such as `Bench A online`. */
  async rows(): Promise<string[]> {
    // In one go: some of them may be about to vanish.
    return this.locator
      .getByRole('treeitem')
      .evaluateAll((rows: readonly Painted[]) =>
        rows.map((row) =>
          Array.from(row.querySelectorAll('.label-name, .label-description'), ({ innerText }) => innerText).join(' '),
        ),
      );
  }

  /** Clicks an icon in the title of the view. */
  async action(title: string): Promise<void> {
    // By its header: a tree without rows is hidden.
    const header = this.#page.locator('.pane-header .title').getByText(this.#title, { exact: true });
    const pane = this.#page.locator('.pane').filter({ has: header });
    await clickUnderMouse(pane, pane.getByRole('button', { name: title }));
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
    await setExpanded(this.locator, true);
  }

  async collapse(): Promise<void> {
    await setExpanded(this.locator, false);
  }

  /** What a screen reader says. */
  async spoken(): Promise<string> {
    return (await this.locator.getAttribute('aria-label')) ?? '';
  }

  async tooltip(): Promise<string> {
    const shown = this.#page.locator('.monaco-hover').filter({ visible: true });
    // A row that is painted anew loses its tooltip.
    return until(
      async () => {
        await this.#page.mouse.move(700, 400);
        await shown.waitFor({ state: 'hidden' });
        await labelOf(this.locator).hover();
        const text = shown.filter({ hasNotText: /^Loading/ });
        return (await text.innerText({ timeout: 5000 })).trim();
      },
      { what: 'a tooltip' },
    );
  }

  /** Right click, then the item of the menu. */
  async menu(item: string): Promise<void> {
    await chooseMenuItem(this.#page, item, () => labelOf(this.locator).click({ button: 'right' }));
  }

  /** Clicks the icon at the end of the row. */
  async action(title: string): Promise<void> {
    await clickUnderMouse(this.locator, this.locator.getByRole('button', { name: title }));
  }
}

/** Opens or closes a row that has rows below it, or is about to get them. */
export async function setExpanded(row: Locator, expanded: boolean): Promise<void> {
  const done = row.and(row.page().locator(`[aria-expanded=${expanded}]`));
  await until(
    async () => {
      if ((await row.getAttribute('aria-expanded')) === String(!expanded))
        await row.locator('.monaco-tl-twistie').click();
      await done.waitFor({ timeout: 3000 });
      return true;
    },
    { what: expanded ? 'an open row' : 'a closed row' },
  );
}

function labelOf(row: Locator): Locator {
  return row.locator('.monaco-icon-label').first();
}
