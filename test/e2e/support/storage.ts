import type { Page } from 'playwright-core';
import { until } from './until.ts';

/** Everything in the page's databases as one text: in a browser, VS Code keeps the state of its editors there. */
const everything = `(async () => {
  const done = (request) => new Promise((settle, fail) => {
    request.onsuccess = () => settle(request.result);
    request.onerror = () => fail(request.error);
  });
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      texts.push(...(await done(database.transaction(store).objectStore(store).getAll())).filter((value) => typeof value === 'string'));
    }
    database.close();
  }
  return texts.join('\\n');
})()`;

/**
 * Waits until VS Code would find this after a reload: in a browser it writes at most once a
 * minute, and not when the page goes.
 */
export async function isKept(page: Page, pattern: RegExp): Promise<void> {
  await until(async () => pattern.test(String(await page.evaluate(everything))), {
    what: `${pattern} in the kept state`,
    timeout: 75_000,
  });
}
