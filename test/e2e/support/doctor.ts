import type { Locator } from 'playwright-core';
import { until } from './until.ts';
import type { Workbench } from './workbench.ts';

export const doctorTab = (window: Workbench): Locator =>
  window.page.getByRole('tab', { name: /^Test Stations Doctor\.md/ });

/** VS Code shows it until it has loaded the new one. */
let lastReport = '';

/** Runs the Doctor, after closing its page. @returns the whole report */
export async function doctor(window: Workbench): Promise<string> {
  if ((await doctorTab(window).count()) > 0) await window.closeEditor(/^Test Stations Doctor\.md/);
  await window.command('Test Stations: Doctor');
  await doctorTab(window).waitFor();
  lastReport = await until(async () => {
    const text = await pageText(window);
    return text.startsWith('# Test Stations: Doctor') && text !== lastReport && text;
  });
  return lastReport;
}

/** The text of the editor that has the focus. */
export async function pageText(window: Workbench): Promise<string> {
  await window.page.evaluate("navigator.clipboard.writeText('')");
  await window.page.locator('.editor-group-container.active .view-lines').click();
  await window.page.keyboard.press('ControlOrMeta+KeyA');
  await window.page.keyboard.press('ControlOrMeta+KeyC');
  const text = await window.clipboard();
  await window.page.keyboard.press('ControlOrMeta+Home');
  return text;
}
