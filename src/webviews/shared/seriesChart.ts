import { html, nothing, type PropertyValues, svg } from 'lit';
import type uPlot from 'uplot';
import { inputs, PageElement, states } from './element.ts';
import { type Chart, chartOptions } from './seriesChartOptions.ts';
import { onThemeChange } from './theme.ts';

/** Fires `pick` with the index of a point on a click or Enter if the chart says what a pick does. */
class SeriesChart extends PageElement {
  static override properties = { ...inputs('chart'), ...states('index') };
  declare chart: Chart;
  declare index: number | null;

  #plot: uPlot | undefined;
  #isDrawing = false;
  #stopThemeListener = (): void => {};
  readonly #resize = new ResizeObserver(() => this.#plot?.setSize(this.#size()));

  constructor() {
    super();
    this.index = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopThemeListener = onThemeChange(() => void this.#draw());
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#stopThemeListener();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('chart')) void this.#draw();
  }

  protected override render(): unknown {
    const { chart, index } = this;
    return html`
      <div class="plot-tools">
        ${chart.series.map(seriesKey)}
        <span class="reading" role="status">${index === null ? '' : chart.reading(index)}</span>
      </div>
      <div
        class="canvas ${chart.pickHint === undefined ? '' : 'pickable'}"
        tabindex="0"
        role="img"
        aria-label=${chart.label}
        title=${chart.pickHint ?? nothing}
        @keydown=${this.#key}
        @click=${this.#pick}
      ></div>
    `;
  }

  async #draw(): Promise<void> {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    const { default: Plot } = await import('uplot');
    this.#isDrawing = false;
    const canvas = this.querySelector<HTMLElement>('.canvas');
    if (!canvas || !this.isConnected) return;
    this.#plot?.destroy();
    const { x, series } = this.chart;
    const options = {
      ...chartOptions(Plot, this.chart),
      ...this.#size(),
    };
    options.hooks.setCursor = [(plot) => (this.index = plot.cursor.idx ?? null)];
    const columns = series.map(({ values }) => [...values]);
    this.#plot = new Plot(options, [[...x], ...columns], canvas);
    // The canvas has a label, so the content that the library creates is hidden from screen readers.
    this.#plot.root.setAttribute('aria-hidden', 'true');
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, this.clientWidth), height: this.chart.height };
  }

  readonly #key = (event: KeyboardEvent): void => {
    const last = this.chart.x.length - 1;
    const at = this.index ?? last;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => this.#show(this.index === null ? last : this.#next(at, -1)),
      ArrowRight: () => this.#show(this.#next(at, 1)),
      Home: () => this.#show(0),
      End: () => this.#show(last),
      Enter: () => this.#pick(),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  #next(from: number, direction: number): number {
    const { x, series } = this.chart;
    for (let index = from + direction; index >= 0 && index < x.length; index += direction) {
      if (series.some(({ values }) => values[index] != null)) return index;
    }
    return from;
  }

  #show(index: number): void {
    const plot = this.#plot;
    const x = this.chart.x[index];
    if (!plot || x === undefined) return;
    const y = this.chart.series[0]?.values[index];
    plot.setCursor({ left: plot.valToPos(x, 'x'), top: y == null ? 0 : plot.valToPos(y, 'y') });
    this.index = index;
  }

  readonly #pick = (): void => {
    if (this.index !== null && this.chart.pickHint !== undefined) {
      this.dispatchEvent(new CustomEvent('pick', { detail: this.index }));
    }
  };
}
customElements.define('series-chart', SeriesChart);

const seriesKey = ({ name, kind, color, dash }: Chart['series'][number]): unknown =>
  kind === 'edge' || name === ''
    ? nothing
    : html`
        <span class="curve-key" data-kind=${kind}>
          <svg viewBox="0 0 24 8" aria-hidden="true">
            ${kind === 'points' || kind === 'rings' ? circle(kind, color) : line(color, dash, kind)}
          </svg>
          ${name}
        </span>
      `;

const circle = (kind: 'points' | 'rings', color: string): unknown =>
  svg`<circle cx="12" cy="4" r="3" stroke="var(${color}, currentColor)" fill=${kind === 'rings' ? 'none' : `var(${color}, currentColor)`} />`;

const line = (color: string, dash: readonly number[] | undefined, kind: string): unknown =>
  svg`<line x1="0" y1="4" x2="24" y2="4" stroke="var(${color}, currentColor)" stroke-width=${kind === 'bars' ? 8 : 2}
    stroke-dasharray=${dash?.join(' ') ?? nothing} />`;
