import { LitElement } from 'lit';

/**
 * An element without a shadow root, so that one style sheet covers the page, and ids and labels work across elements.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}
