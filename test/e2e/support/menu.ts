import type { Page } from 'playwright-core';
import { until } from './until.ts';

/**
 * Opens a menu and chooses an item of it or of one of its submenus; `item` is its whole label, without the keybinding beside
 * it. Something that opens late, such as a panel, closes an open menu: then it is opened again.
 */
export async function chooseMenuItem(page: Page, item: string, open: () => Promise<void>): Promise<void> {
  const menu = page.locator('.monaco-menu');
  const entry = menu
    .getByRole('menuitem')
    .filter({ has: page.locator('.action-label').getByText(item, { exact: true }) });
  const submenus = menu.locator('.monaco-submenu-item');
  await until(
    async () => {
      for (let tries = 0; tries < 3 && (await menu.first().isVisible()); tries += 1)
        await page.keyboard.press('Escape');
      await open();
      await menu.first().waitFor({ timeout: 5000 });
      const count = await submenus.count();
      for (let index = 0; index < count && !(await entry.isVisible()); index += 1) {
        const submenu = submenus.nth(index);
        await submenu.hover({ timeout: 5000 });
        await submenu.press('ArrowRight', { timeout: 5000 });
        if (!(await entry.isVisible())) await page.keyboard.press('ArrowLeft');
      }
      // By the mouse, which meets the item or nothing: when the menu closes too early, a key would go elsewhere.
      await entry.click({ timeout: 5000 });
      // A fresh menu ignores the mouse button for a moment, lest the click that opened it also chooses.
      await until(async () => {
        if (await entry.isVisible()) await entry.click({ timeout: 1000 });
        return entry.isHidden();
      });
      return true;
    },
    { what: `"${item}" in the menu`, timeout: 30_000 },
  );
}
