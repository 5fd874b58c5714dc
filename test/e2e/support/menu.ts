import type { Page } from 'playwright-core';
import { until } from './until.ts';

/**
 * Opens a menu and chooses an item; `item` is its whole label, without the keybinding beside it. What opens late, such as a
 * panel, closes a menu that is open: then it is opened anew.
 */
export async function chooseMenuItem(page: Page, item: string, open: () => Promise<void>): Promise<void> {
  const menu = page.locator('.monaco-menu');
  const entry = menu
    .getByRole('menuitem')
    .filter({ has: page.locator('.action-label').getByText(item, { exact: true }) });
  await until(
    async () => {
      if (await menu.first().isVisible()) await page.keyboard.press('Escape');
      await open();
      // A fresh menu ignores the mouse button for a moment, lest the click that opened it also chooses.
      await entry.hover({ timeout: 5000 });
      await entry.press('Enter', { timeout: 5000 });
      return true;
    },
    { what: `"${item}" in the menu`, timeout: 30_000 },
  );
}
