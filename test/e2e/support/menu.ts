import type { Page } from 'playwright-core';

/** Clicks an item of the menu that is open; `item` is its whole label, without the keybinding beside it. */
export async function chooseMenuItem(page: Page, item: string): Promise<void> {
  const entry = page
    .locator('.monaco-menu')
    .getByRole('menuitem')
    .filter({ has: page.locator('.action-label').getByText(item, { exact: true }) });
  // A fresh menu ignores the mouse button for a moment, lest the click that opened it also chooses.
  await entry.hover();
  await entry.press('Enter');
}

/** The items of the menu that is open. */
export async function menuItems(page: Page): Promise<string[]> {
  const items = page.locator('.monaco-menu').getByRole('menuitem');
  await items.first().waitFor();
  return (await items.allInnerTexts()).map((text) => text.trim());
}
