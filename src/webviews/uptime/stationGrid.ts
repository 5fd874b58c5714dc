import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import { dayOf } from '../../shared/uptime/uptime.ts';
import { inputs, PageElement, states } from '../shared/element.ts';
import type { CellSize } from './dayShapes.ts';
import { gridHead, type RowOptions, stationRow } from './gridRows.ts';
import { dayText } from './words.ts';

const firstRows = 40;
const rowsPerFrame = 300;

interface Place {
  readonly id: string;
  readonly day: number;
}

/**
 * Stations in rows, each with its days. Tab reaches one day of one row; the arrow keys continue from there. Only that
 * row has an element for each day, because 1,000 rows would have 90,000.
 * Fires `choose` with station and date, `clear` on Escape, and, in the large style, `step` for the rows above and
 * below.
 */
export class StationGrid extends PageElement {
  static override properties = {
    ...inputs('rows', 'days', 'shown', 'size', 'pinned'),
    large: { type: Boolean },
    stacked: { type: Boolean },
    ...states('place', 'tip', 'rowLimit'),
  };
  declare rows: readonly UptimeRow[];
  declare days: Days;
  declare shown: number;
  declare size: CellSize;
  declare large: boolean;
  declare stacked: boolean;
  declare pinned: string | null;
  declare place: Place | undefined;
  declare tip: { text: string; left: number; top: number } | undefined;
  declare rowLimit: number;
  #shouldFocus = false;

  constructor() {
    super();
    this.large = false;
    this.stacked = false;
    this.pinned = null;
    this.rowLimit = firstRows;
    this.addEventListener('keydown', (event) => this.#onKeyDown(event));
    this.addEventListener('click', (event) => this.#onClick(event));
    this.addEventListener('pointermove', (event) => this.#onPointerMove(event));
    this.addEventListener('pointerleave', () => (this.tip = undefined));
    this.addEventListener('focusin', (event) => this.#onFocusIn(event));
    this.addEventListener('focusout', () => (this.tip = undefined));
  }

  /** Focuses a day of a station, or the last day when `date` is null. */
  focusDay(id: string, date: string | null): void {
    const day = date === null ? -1 : this.days.dates.indexOf(date);
    this.rowLimit = Math.max(this.rowLimit, this.rows.findIndex((row) => row.id === id) + rowsPerFrame);
    this.place = { id, day: day < this.#firstDay ? this.days.dates.length - 1 : day };
    this.#shouldFocus = true;
  }

  get #firstDay(): number {
    return this.days.dates.length - this.shown;
  }

  #currentPlace(): Place | undefined {
    const last = this.days.dates.length - 1;
    const row = this.rows.find(({ id }) => id === this.place?.id) ?? this.rows[0];
    const wanted = this.place?.day ?? (this.pinned === null ? last : this.days.dates.indexOf(this.pinned));
    return row && { id: row.id, day: wanted < this.#firstDay ? last : wanted };
  }

  protected override render(): unknown {
    const place = this.#currentPlace();
    const { days, shown, size, large, pinned } = this;
    const options: RowOptions = { days, firstDay: this.#firstDay, shown, size, large, pinned };
    const rows = this.rows.slice(0, this.rowLimit);
    return html`
      <div
        class="grid ${large ? 'large' : this.stacked ? 'stacked' : ''}"
        role="grid"
        aria-label=${large ? l10n.t('Uptime by day') : l10n.t('Stations and their uptime by day')}
        .style=${`--bars: ${size.pitch * shown}px`}
        aria-rowcount=${this.rows.length + 1}
        aria-colcount=${shown + (large ? 0 : 2)}
      >
        ${large ? nothing : gridHead(options)}
        ${repeat(
          rows,
          ({ id }) => id,
          (row, index) => {
            const day = row.id === place?.id ? place.day : -1;
            return guard([row, days, shown, size, large, pinned, day, index], () =>
              stationRow(row, index, day, options),
            );
          },
        )}
      </div>
      <div class="tip" aria-hidden="true" ?hidden=${this.tip === undefined} .style=${tipStyle(this.tip)}>
        ${this.tip?.text}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.rowLimit < this.rows.length) requestAnimationFrame(() => (this.rowLimit += rowsPerFrame));
    else if (changed.has('rowLimit') || changed.has('rows')) this.dispatchEvent(new CustomEvent('complete'));
    if (!this.#shouldFocus) return;
    this.#shouldFocus = false;
    this.querySelector<HTMLElement>('.cells > [tabindex="0"]')?.focus();
  }

  #move(id: string | undefined, day: number): void {
    if (id === undefined) return;
    const last = this.days.dates.length - 1;
    this.place = { id, day: Math.min(last, Math.max(this.#firstDay, day)) };
    this.#shouldFocus = true;
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isDay = event.target instanceof HTMLElement && event.target.matches('.cells > *');
    const place = this.#currentPlace();
    if (!isDay || !place) return;
    const { id, day } = place;
    const row = this.rows.findIndex((each) => each.id === id);
    const keys: Record<string, () => void> = {
      ArrowLeft: () => this.#move(id, day - 1),
      ArrowRight: () => this.#move(id, day + 1),
      Home: () => this.#move(id, this.#firstDay),
      End: () => this.#move(id, this.days.dates.length - 1),
      PageUp: () => this.#move(id, day - 7),
      PageDown: () => this.#move(id, day + 7),
      ArrowUp: () => (this.large ? this.#fire('step', -1) : this.#move(this.rows[row - 1]?.id, day)),
      ArrowDown: () => (this.large ? this.#fire('step', 1) : this.#move(this.rows[row + 1]?.id, day)),
      Enter: () => this.#choose(id, day),
      ' ': () => this.#choose(id, day),
      Escape: () => this.#escape(),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #escape(): void {
    if (this.tip === undefined || this.pinned !== null) this.#fire('clear', undefined);
    this.tip = undefined;
  }

  #onClick(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (id === undefined) return;
    if (target?.closest('.name button')) this.#fire('choose', { id, date: null });
    const day = this.#dayAt(event);
    if (day !== undefined) this.#choose(id, day);
  }

  #choose(id: string, day: number): void {
    this.place = { id, day };
    this.#fire('choose', { id, date: this.days.dates[day] ?? null });
  }

  #dayAt({ target, clientX }: MouseEvent): number | undefined {
    const bars = target instanceof Element ? target.closest('.bars') : null;
    if (!bars) return undefined;
    const day = this.#firstDay + Math.floor((clientX - bars.getBoundingClientRect().left) / this.size.pitch);
    return day >= this.#firstDay && day < this.days.dates.length ? day : undefined;
  }

  #onPointerMove(event: PointerEvent): void {
    const day = this.#dayAt(event);
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (day === undefined || id === undefined) this.tip = undefined;
    else this.#showTip(id, day, target?.closest('.bars'));
  }

  #onFocusIn({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement) || !target.matches('.cells > :focus-visible')) return;
    const place = this.#currentPlace();
    if (place) this.#showTip(place.id, place.day, target.closest('.bars'));
  }

  #showTip(id: string, day: number, bars: Element | null | undefined): void {
    const row = this.rows.find((each) => each.id === id);
    if (!row || !bars) return;
    const { left, bottom } = bars.getBoundingClientRect();
    const text = dayText(this.days.dates[day] ?? '', dayOf(row.columns, this.days, day));
    const at = { text, left: left + (day - this.#firstDay) * this.size.pitch, top: bottom + 4 };
    if (this.tip?.text !== text || this.tip.top !== at.top || this.tip.left !== at.left) this.tip = at;
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define('station-grid', StationGrid);

function tipStyle(tip: { left: number; top: number } | undefined): string {
  if (!tip) return '';
  const left = Math.max(8, Math.min(tip.left - 20, document.documentElement.clientWidth - 316));
  return tip.top > window.innerHeight - 100
    ? `left: ${left}px; bottom: ${window.innerHeight - tip.top + 48}px`
    : `left: ${left}px; top: ${tip.top}px`;
}
