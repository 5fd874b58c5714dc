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

/** As when the user turns to another window: VS Code then has all parts say what they keep, and writes it. */
const turnAway = `(() => {
  document.hasFocus = () => false;
  document.dispatchEvent(new Event('visibilitychange'));
})()`;
const turnBack = `(() => {
  delete document.hasFocus;
  document.dispatchEvent(new Event('visibilitychange'));
})()`;

/**
 * Has VS Code write what it keeps, and waits until it would find this after a reload. By itself it writes, in a browser,
 * at most once a minute, and not when the page goes.
 */
export async function isKept(page: Page, pattern: RegExp): Promise<void> {
  await until(
    async () => {
      // Each time: what is to be kept may have come to it only after it was told to write.
      await page.evaluate(turnAway);
      const kept = String(await page.evaluate(everything));
      await page.evaluate(turnBack);
      return pattern.test(kept);
    },
    { what: `${pattern} in the kept state` },
  );
}
