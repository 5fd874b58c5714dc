import type { Locator, Page } from 'playwright-core';

/** The walkthrough of the extension, when it is open. Steps are named by their id in the manifest. */
export class Walkthrough {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  steps(): Locator {
    return this.#page.locator('.getting-started-step');
  }

  step(id: string): Locator {
    return this.#page.locator(`.getting-started-step[data-step-id$="#${id}"]`);
  }

  /** Unfolds a step: its text, its buttons, its picture. */
  async show(id: string): Promise<void> {
    const step = this.step(id);
    if ((await step.getAttribute('aria-expanded')) === 'true') return;
    await step.locator('.step-title').click();
    await step.and(this.#page.locator('[aria-expanded=true]')).waitFor();
  }

  /** The picture of a step: its file has the step's id. */
  picture(id: string): Locator {
    return this.#page.frameLocator('.getting-started-media iframe').frameLocator('#active-frame').locator(`svg#${id}`);
  }

  async click(id: string, button: string): Promise<void> {
    await this.show(id);
    await this.step(id).getByRole('button', { name: button, exact: true }).click();
  }

  /** Unfolds a step and presses its button at the same moment. @returns what has got the focus from then on, in order */
  async clickAtOnce(id: string, button: string): Promise<() => Promise<('step' | 'box')[]>> {
    await this.#page.evaluate(
      `(() => {
        const step = document.querySelector('.getting-started-step[data-step-id$="#${id}"]');
        globalThis.focused = [];
        document.addEventListener('focusin', ({ target }) => {
          if (step.contains(target)) focused.push('step');
          if (target.closest('.quick-input-widget')) focused.push('box');
        });
        step.click();
        [...step.querySelectorAll('.monaco-button')].find((each) => each.textContent === '${button}').click();
      })()`,
    );
    return () => this.#page.evaluate('focused');
  }

  /** The steps with a tick. */
  async done(): Promise<string[]> {
    // In one go: the page may be about to be painted anew.
    const ids = await this.#page
      .locator('.getting-started-step [role=checkbox][aria-checked=true]')
      .evaluateAll((boxes: readonly { getAttribute(name: string): string | null }[]) =>
        boxes.map((box) => box.getAttribute('data-done-step-id') ?? ''),
      );
    return ids.map((id) => id.split('#').at(-1) ?? '');
  }
}
