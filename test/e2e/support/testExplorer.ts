import type { Locator } from 'playwright-core';
import * as z from 'zod';
import { clickUnderMouse } from './mouse.ts';
import { setExpanded, type Tree } from './tree.ts';
import type { Workbench } from './workbench.ts';

/** The Test Explorer. */
export class TestExplorer {
  readonly #window: Workbench;

  constructor(window: Workbench) {
    this.#window = window;
  }

  get tree(): Tree {
    return this.#window.tree('Test Explorer');
  }

  async open(): Promise<void> {
    await this.#window.command('View: Show Testing');
  }

  /** Its rows as they stand: indentation by level, the state of each behind it, such as `board.py` or `  leds passed`. */
  async rows(): Promise<string[]> {
    const rows: unknown = await this.#window.page.evaluate(`
      [...document.querySelectorAll('.test-explorer .monaco-list-row')].map(
        (row) => '  '.repeat(row.getAttribute('aria-level') - 1) + row.getAttribute('aria-label'))`);
    return z.array(z.string()).parse(rows);
  }

  /** The row of a script or phase. */
  row(label: string): Locator {
    const name = new RegExp(`^${label.replace(/[.()]/g, '\\$&')}[ ,]`);
    return this.#window.page.locator('.test-explorer').getByRole('treeitem', { name });
  }

  async expand(label: string): Promise<void> {
    await setExpanded(this.row(label), true);
  }

  /** Clicks the icon at the end of a row. */
  async action(label: string, title: string): Promise<void> {
    await clickUnderMouse(this.row(label), this.row(label).getByRole('button', { name: title }));
  }
}
