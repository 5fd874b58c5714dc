import type { Locator } from 'playwright-core';
import { until } from './until.ts';

/**
 * Clicks a button that is seen only while the mouse is over its place. What arrives meanwhile, such as another row or another
 * notification, takes the place away from under the mouse: then the mouse follows.
 */
export async function clickUnderMouse(place: Locator, button: Locator): Promise<void> {
  await until(
    async () => {
      await place.hover();
      await button.click({ timeout: 5000 });
      return true;
    },
    { what: 'a button under the mouse', timeout: 30_000 },
  );
}
