import { LitElement } from 'lit';

export const language = (): string => document.documentElement.lang;

/** Formats a share from 0 to 1 as a CSS percentage. */
export const cssPercent = (share: number): string => `${(100 * share).toFixed(3)}%`;

/**
 * An element without a shadow root, so that one style sheet covers the page, and ids and labels work across elements.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}
