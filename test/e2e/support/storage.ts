import type { Page } from 'playwright-core';

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
 * What VS Code would find after a reload. In a browser it writes every few seconds and not when the page goes, so that a
 * test that reloads waits here for what it is after.
 */
export async function keptState(page: Page): Promise<string> {
  return String(await page.evaluate(everything));
}
