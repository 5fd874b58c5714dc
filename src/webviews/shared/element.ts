import { LitElement, type PropertyDeclarations } from 'lit';

export const language = (): string => document.documentElement.lang;

export const cssPercent = (share: number): string => `${(100 * share).toFixed(3)}%`;

/** Has no shadow root, so that one style sheet covers the page, and ids and labels work across elements. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}

/** Declares the properties that the parent of an element sets. */
export const inputs = (...names: readonly string[]): PropertyDeclarations =>
  Object.fromEntries(names.map((name) => [name, { attribute: false }]));

/** Declares the properties that an element changes itself, and that render it again. */
export const states = (...names: readonly string[]): PropertyDeclarations =>
  Object.fromEntries(names.map((name) => [name, { state: true }]));
