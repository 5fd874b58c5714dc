import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Report, ReportPhase } from '../../shared/contract/report.ts';
import { attemptsOf } from '../../shared/run/report.ts';
import { formatIsoDuration, formatMillis, timelineOf } from '../../shared/run/timeline.ts';
import { cssPercent } from '../shared/element.ts';
import { iconButton, outcomeMark } from '../shared/icons.ts';
import { link } from '../shared/pageParts.ts';
import { phaseFindings } from './findings.ts';
import { send } from './host.ts';
import { goToHeading } from './titleBar.ts';

export function timelineSection(run: Report, sources: ReadonlySet<string>, files: ReadonlySet<string>): unknown {
  const { length, ticks, bars } = timelineOf(run, run.phases);
  const attempts = attemptsOf(run.phases);
  return html`
    <section aria-labelledby="phases">
      <h2 id="phases" tabindex="-1">${l10n.t('Phases')}</h2>
      ${run.phases.length === 0 ? html`<p class="note">${l10n.t('The run has no phases.')}</p>` : nothing}
      <ol class="timeline" ?hidden=${run.phases.length === 0}>
        <li class="axis" aria-hidden="true" .style=${`grid-row: 1 / ${run.phases.length + 2}`}>
          ${ticks.map((tick) => html`<span .style=${`left: ${cssPercent(tick / length)}`}>${formatMillis(tick)}</span>`)}
        </li>
        ${run.phases.map((phase, index) => {
          const { start = 0, width = 0 } = bars[index] ?? {};
          const bar = `left: min(${cssPercent(start)}, 100% - 2px); width: max(2px, ${cssPercent(width)})`;
          return html`
            <li class="phase" .style=${`grid-row: ${index + 2}`}>
              ${outcomeMark(phase.outcome)}
              <span class="name">
                ${nameOf(phase)} ${attemptText(phase, attempts[index] ?? 1)} ${phaseFindings(run, phase.id, files)}
              </span>
              <span class="duration">
                ${formatIsoDuration(phase.duration)}
                <span class="only-spoken">${l10n.t('begins after {0}', formatMillis(start * length))}</span>
              </span>
              <span class="track" aria-hidden="true"
                ><span class="bar" data-outcome=${phase.outcome} .style=${bar}></span
              ></span>
              ${
                sources.has(phase.name)
                  ? iconButton('go-to-file', l10n.t('Go to the source of {0}', phase.name), () =>
                      send({ type: 'goToPhase', name: phase.name }),
                    )
                  : html`<span></span>`
              }
            </li>
          `;
        })}
      </ol>
    </section>
  `;
}

const nameOf = (phase: ReportPhase): unknown =>
  phase.measurements.length === 0 ? phase.name : link(phase.name, () => goToHeading(headingOf(phase)));

export const headingOf = ({ id }: ReportPhase): string => `phase-${id}`;

export const attemptText = ({ retry_count }: ReportPhase, all: number): unknown =>
  all > 1 ? html`<span class="attempt">${l10n.t('attempt {0} of {1}', retry_count + 1, all)}</span>` : nothing;
