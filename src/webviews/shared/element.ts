import { LitElement } from 'lit';

/**
 * A part of a page with state of its own. It renders into the page itself, not into a shadow: one style sheet serves all,
 * and ids and labels reach across.
 */
export class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}
