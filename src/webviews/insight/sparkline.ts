import * as l10n from '@vscode/l10n';
import { html, nothing, svg } from 'lit';
import type { MeasurementSummary } from '../../shared/contract/analytics.ts';
import { figure } from '../shared/numbers.ts';

const [width, height] = [120, 24] as const;
const margin = 2;

/** The newest values as a small line, with the limits that are near. */
export function sparkline({ recent, lower, upper }: MeasurementSummary): unknown {
  if (recent.length < 2) return nothing;
  const low = recent.reduce((a, b) => Math.min(a, b));
  const high = recent.reduce((a, b) => Math.max(a, b));
  const span = high - low || Math.max(Math.abs(high) * 0.01, 1e-9);
  const near = [lower, upper]
    .filter((limit) => limit !== null)
    .filter((limit) => limit >= low - span && limit <= high + span);
  const bottom = Math.min(low, ...near) - (high === low ? span / 2 : 0);
  const top = Math.max(high, ...near) + (high === low ? span / 2 : 0);
  const y = (value: number): number => height - margin - ((value - bottom) / (top - bottom)) * (height - 2 * margin);
  const x = (index: number): number => margin + (index / (recent.length - 1)) * (width - 2 * margin);
  const points = recent.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return html`
    <svg
      class="sparkline"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label=${l10n.t('{0} newest values from {1} to {2}', recent.length, figure(low), figure(high))}
    >
      ${near.map((limit) => svg`<line class="limit" x1="0" x2=${width} y1=${y(limit)} y2=${y(limit)} />`)}
      <polyline points=${points} />
    </svg>
  `;
}
