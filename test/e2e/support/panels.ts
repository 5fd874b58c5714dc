import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The rows of the Problems panel, files and their problems, as a screen reader says them. The panel must be open. */
export async function problems(page: Page): Promise<string[]> {
  // In one go: some of them may be about to vanish.
  return page
    .locator('.markers-panel .monaco-list-row')
    .evaluateAll((rows: readonly { getAttribute(name: string): string | null }[]) =>
      rows.map((row) => row.getAttribute('aria-label') ?? ''),
    );
}

/** The rows of the tree in the Test Results panel. */
export async function testResultRows(page: Page): Promise<string[]> {
  return (await page.locator('.test-output-peek-tree .monaco-list-row').allInnerTexts()).map((text) => text.trim());
}

/** What is to be seen of the output or message in the Test Results panel. */
export async function testResultText(page: Page): Promise<string> {
  const text = await page.locator('.test-output-peek-message-container').filter({ visible: true }).allInnerTexts();
  return text.join('\n').replaceAll('\u00a0', ' ');
}

/**
 * The whole text of an output channel of an extension, from the file behind it; empty before something was written.
 * @param data VS Code's user data folder
 */
export async function outputChannel(data: string, channel: string): Promise<string> {
  const files: string[] = [];
  for await (const file of glob('logs/**/*.log', { cwd: data })) {
    if (file.endsWith(`-${channel}.log`) || file.endsWith(`/${channel}.log`)) files.push(file);
  }
  const texts = await Promise.all(files.sort().map((file) => readFile(join(data, file), 'utf8')));
  return texts.join('');
}
