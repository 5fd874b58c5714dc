import type { Locator } from 'playwright-core';

/** What is to be read there, on one line. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replace(/\s+/g, ' ').trim();
}
