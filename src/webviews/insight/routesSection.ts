import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Route } from '../../shared/contract/analytics.ts';
import type { ProcedureStatistics } from '../../shared/contract/insightView.ts';
import { countText, shareText } from '../shared/numbers.ts';
import { scroller, tableHead } from '../shared/pageParts.ts';
import { intervalText, ofText } from './words.ts';

export function routesSection({ routes: answer, statistics }: ProcedureStatistics): unknown {
  if (answer === null) {
    return html`
      <section>
        <h2>${l10n.t('Rolled throughput yield')}</h2>
        <p class="note">
          ${l10n.t('It is unavailable: this server computes no statistics, and all runs of all procedures of the part would have to be read.')}
        </p>
      </section>
    `;
  }
  const { routes, omitted_parts, needed_units } = answer;
  if (routes.length === 0) return nothing;
  return html`
    <section class="routes">
      <h2>${l10n.t('Rolled throughput yield')}</h2>
      <p class="note">
        ${l10n.t('The share of units that pass all procedures of their part at the first attempt: the product of the first-pass yields. Procedures are ordered by name.')}
      </p>
      ${routes.map((route) => routeTable(route, statistics.procedure.id, needed_units))}
      ${
        omitted_parts === 0
          ? nothing
          : html`<p class="note">
              ${l10n.t('{0} more parts with fewer units are not shown.', countText(omitted_parts))}
            </p>`
      }
    </section>
  `;
}

function routeTable({ part, steps, rolled_throughput_yield: rolled }: Route, shownId: string, needed: number): unknown {
  const columns = [l10n.t('Procedure'), l10n.t('Units'), l10n.t('First-pass yield')];
  return html`
    <h3><bdi>${part.number}</bdi></h3>
    ${scroller(
      l10n.t('Rolled throughput yield of {0}', part.number),
      html`<table class="numbers">
        ${tableHead(columns)}
        <tbody>
          ${steps.map(({ procedure, units, passed_first }) => {
            const isShown = procedure.id === shownId;
            return html`<tr>
              <th scope="row">
                <bdi>${isShown ? html`<strong>${procedure.name}</strong>` : procedure.name}</bdi>
              </th>
              <td>${countText(units)}</td>
              <td>
                ${
                  units === 0
                    ? html`<span class="note">${l10n.t('No units')}</span>`
                    : html`${ofText(passed_first, units)}
                        <span class="note">${intervalText(passed_first, units)}</span>`
                }
              </td>
            </tr>`;
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">${l10n.t('Rolled throughput yield')}</th>
            <td colspan="2">
              ${rolled === null ? html`<span class="note">${unknownText(steps, needed)}</span>` : html`<strong>${shareText(rolled)}</strong>`}
            </td>
          </tr>
        </tfoot>
      </table>`,
    )}
  `;
}

function unknownText(steps: Route['steps'], needed: number): string {
  const short = steps.filter(({ units }) => units < needed);
  const list = short.map(({ procedure, units }) => `${procedure.name} (${countText(units)})`).join(', ');
  return l10n.t('Unknown: each procedure needs {0} units. Too few: {1}', countText(needed), list);
}
