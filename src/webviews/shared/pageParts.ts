import { html, nothing } from 'lit';

export const link = (
  text: unknown,
  act: () => void,
  { label, title }: { label?: string; title?: string } = {},
): unknown =>
  html`<button type="button" class="link" aria-label=${label ?? nothing} title=${title ?? nothing} @click=${act}>
    ${text}
  </button>`;

export const fact = (name: string, value: unknown): unknown =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

export const filterField = (
  placeholder: string,
  label: string,
  value: string,
  onInput: (text: string) => void,
): unknown =>
  html`<vscode-textfield
    placeholder=${placeholder}
    .label=${label}
    .value=${value}
    @input=${({ target }: Event & { target: HTMLInputElement }) => onInput(target.value)}
  ></vscode-textfield>`;

export const scroller = (label: string, table: unknown): unknown =>
  html`<div class="scroller" tabindex="0" role="region" aria-label=${label}>${table}</div>`;

export const tableHead = (names: readonly unknown[]): unknown =>
  html`<thead>
    <tr>
      ${names.map((name) => html`<th scope="col">${name}</th>`)}
    </tr>
  </thead>`;

/** A table of figures. The first cell of each row names it. @param current the index of a row that is marked */
export const figuresTable = (
  label: string,
  names: readonly unknown[],
  rows: readonly (readonly [name: unknown, ...cells: unknown[]])[],
  current = -1,
): unknown =>
  scroller(
    label,
    html`<table class="numbers">
      ${tableHead(names)}
      <tbody>
        ${rows.map(
          ([name, ...cells], index) =>
            html`<tr aria-current=${index === current ? 'true' : nothing}>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
