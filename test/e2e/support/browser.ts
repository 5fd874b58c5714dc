import { type BrowserContext, chromium } from 'playwright-core';
import * as places from './places.ts';

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/**
 * Ends animations and transitions at once: painting them without a graphics processor takes a fifth of a test's time. VS Code
 * waits for the transitions of notifications.
 */
const withoutAnimations = `{
  const sheet = new CSSStyleSheet();
  const ended = '{ animation: none !important; transition: none !important }';
  sheet.replaceSync(':not(.notifications-toasts *) ' + ended + ' *::before, *::after ' + ended);
  document.adoptedStyleSheets.push(sheet);
}`;

/** A browser whose profile is in `folder`: SecretStorage and globalState live there. */
export async function openBrowser(folder: string, args: readonly string[] = []): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: places.chromium(),
    args: [...quiet, ...args],
    viewport: { width: 1280, height: 800 },
  });
  await context.addInitScript(withoutAnimations);
  // Without the grant, the extension's clipboard calls wait for ever.
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}
