import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import type uPlot from 'uplot';
import { inputs, PageElement, states } from './element.ts';
import { iconButton } from './icons.ts';
import { curveStyle, orderedByX, type PlotAxis, plotOptions, readout } from './plotOptions.ts';
import { onThemeChange } from './theme.ts';

const zoomStep = 0.5;

/** The library is loaded when the first plot comes near the viewport. `needed` then asks the parent to set `series`. */
class CurvePlot extends PageElement {
  static override properties = {
    label: {},
    ...inputs('axes', 'series'),
    ...states('reading', 'zoomed'),
  };
  declare label: string;
  /** The x axis, then one axis for each curve. */
  declare axes: readonly PlotAxis[];
  declare series: readonly Float64Array[] | undefined;
  declare reading: string;
  declare zoomed: boolean;

  #plot: uPlot | undefined;
  #library: Promise<typeof uPlot> | undefined;
  #stopThemeListener = (): void => {};
  readonly #resize = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
  readonly #nearing = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.#nearing.disconnect();
      this.#library ??= import('uplot').then((module) => module.default);
      this.dispatchEvent(new CustomEvent('needed'));
    },
    { rootMargin: '300px' },
  );

  constructor() {
    super();
    this.reading = '';
    this.zoomed = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#nearing.observe(this);
    this.#stopThemeListener = onThemeChange(() => void this.#draw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#nearing.disconnect();
    this.#resize.disconnect();
    this.#stopThemeListener();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('series') && this.series) void this.#draw();
  }

  protected override render(): unknown {
    return html`
      <div class="plot-tools">
        ${this.axes.length > 2 ? curveKeys(this.axes.slice(1)) : nothing}
        <span class="reading" role="status">${this.reading}</span>
        ${iconButton('zoom-in', l10n.t('Zoom in'), () => this.#zoom(zoomStep))}
        ${iconButton('zoom-out', l10n.t('Zoom out'), () => this.#zoom(1 / zoomStep), !this.zoomed)}
        ${iconButton('screen-full', l10n.t('Reset zoom'), () => this.#reset(), !this.zoomed)}
      </div>
      <div
        class="canvas"
        tabindex="0"
        role="img"
        aria-label=${this.label}
        title=${l10n.t('Drag to zoom, double click to reset. Keys: arrows move the crosshair, + and - zoom, 0 resets.')}
        aria-busy=${this.series === undefined}
        @keydown=${this.#key}
      ></div>
    `;
  }

  async #draw(): Promise<void> {
    const { series } = this;
    if (!series || !this.#library) return;
    const Plot = await this.#library;
    const canvas = this.querySelector<HTMLElement>('.canvas');
    if (!canvas || !this.isConnected || series !== this.series) return;
    const { min, max } = this.#plot?.scales['x'] ?? {};
    this.#plot?.destroy();
    const { data, isOrdered } = orderedByX(series);
    this.#plot = new Plot(
      {
        ...plotOptions(this.axes, isOrdered),
        ...this.#size(),
        hooks: {
          setCursor: [(plot) => (this.reading = readout(plot, this.axes))],
          setScale: [(plot, scale) => scale === 'x' && (this.zoomed = isZoomed(plot))],
        },
      },
      [...data],
      canvas,
    );
    // The canvas has a label, so the content that the library creates is hidden from screen readers.
    this.#plot.root.setAttribute('aria-hidden', 'true');
    if (this.zoomed && min != null && max != null) this.#plot.setScale('x', { min, max });
    this.#resize.observe(this);
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(120, this.clientWidth), height: 260 };
  }

  readonly #key = (event: KeyboardEvent): void => {
    const keys: Record<string, () => void> = {
      ArrowLeft: () => this.#move(-1),
      ArrowRight: () => this.#move(1),
      '+': () => this.#zoom(zoomStep),
      '-': () => this.#zoom(1 / zoomStep),
      '0': () => this.#reset(),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  #move(direction: number): void {
    const plot = this.#plot;
    if (!plot) return;
    const { width, height } = plot.over.getBoundingClientRect();
    const at = plot.cursor.left === undefined || plot.cursor.left < 0 ? width / 2 : plot.cursor.left;
    plot.setCursor({ left: Math.min(width, Math.max(0, at + (direction * width) / 100)), top: height / 2 });
  }

  #zoom(share: number): void {
    const plot = this.#plot;
    const { min, max } = plot?.scales['x'] ?? {};
    const [first, last] = extent(plot);
    if (!plot || min == null || max == null) return;
    const left = plot.cursor.left ?? -1;
    const center = left >= 0 ? plot.posToVal(left, 'x') : (min + max) / 2;
    plot.setScale('x', {
      min: Math.max(first, center - (center - min) * share),
      max: Math.min(last, center + (max - center) * share),
    });
  }

  #reset(): void {
    const [min, max] = extent(this.#plot);
    this.#plot?.setScale('x', { min, max });
  }
}
customElements.define('curve-plot', CurvePlot);

const curveKeys = (ys: readonly PlotAxis[]): unknown =>
  ys.map((y, index) => {
    const { color, dash } = curveStyle(index);
    return html`
      <span class="curve-key">
        <svg viewBox="0 0 24 4" aria-hidden="true">
          <line
            x1="0"
            y1="2"
            x2="24"
            y2="2"
            stroke="var(${color})"
            stroke-width="2"
            stroke-dasharray=${dash.join(' ')}
          />
        </svg>
        ${y.name ?? 'y'}
      </span>
    `;
  });

function extent(plot: uPlot | undefined): [number, number] {
  const x = plot?.data[0];
  return [x?.[0] ?? 0, x?.[x.length - 1] ?? 0];
}

function isZoomed(plot: uPlot): boolean {
  const [first, last] = extent(plot);
  const { min, max } = plot.scales['x'] ?? {};
  return (min ?? first) > first || (max ?? last) < last;
}
