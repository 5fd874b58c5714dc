import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Report } from '../../shared/contract/report.ts';
import { isByAssistant } from '../../shared/contract/startedBy.ts';
import { isPlaceholderId } from '../../shared/run/placeholderId.ts';
import { formatIsoDuration } from '../../shared/run/timeline.ts';
import { language } from '../shared/element.ts';
import { fact, link } from '../shared/pageParts.ts';
import { send } from './host.ts';

type Fact = [label: string, value: unknown];

export function factsOf(run: Report): unknown {
  const { unit, procedure } = run;
  const operator = run.operated_by ?? (run.created_by_station ? null : run.created_by_user);
  const facts: Fact[] = [
    [l10n.t('Serial number'), unitLink(run)],
    [l10n.t('Part'), numberAndName(unit.part.number, unit.part.name)],
    [l10n.t('Revision'), unit.part.revision.number],
    [l10n.t('Batch'), unit.batch?.number],
    [l10n.t('Procedure'), numberAndName(procedure.name, procedure.version?.tag)],
    [l10n.t('Station'), run.created_by_station?.name],
    [l10n.t('Operator'), operator?.name ?? operator?.email],
    [l10n.t('Started'), timeText(run.started_at)],
    [l10n.t('Ended'), timeText(run.ended_at)],
    [l10n.t('Duration'), formatIsoDuration(run.duration)],
    [l10n.t('Slot'), run.slot_name ?? run.slot_key],
    [l10n.t('Sub-units'), run.sub_units.map(({ serial_number }) => serial_number).join(', ')],
    ...Object.entries(run.metadata ?? {}).map(([key, value]): Fact => metadataFact(key, value)),
  ];
  return html`
    <dl class="facts">
      ${facts.map(([label, value]) => (value ? fact(label, value) : nothing))}
      ${
        run.docstring
          ? html`<div class="wide">
              <dt>${l10n.t('Description')}</dt>
              <dd class="docstring">${run.docstring}</dd>
            </div>`
          : nothing
      }
      <div class="wide">
        <dt>${l10n.t('Run ID')}</dt>
        <dd>${isPlaceholderId(run.id) ? l10n.t('not uploaded yet') : run.id}</dd>
      </div>
    </dl>
  `;
}

const metadataFact = (key: string, value: unknown): Fact =>
  isByAssistant({ [key]: value }) ? [l10n.t('Started by'), l10n.t('an assistant')] : [key, String(value)];

const unitLink = ({ id, unit }: Report): unknown =>
  isPlaceholderId(id)
    ? unit.serial_number
    : link(unit.serial_number, () => send({ type: 'openUnit' }), { title: l10n.t('Open Unit') });

const numberAndName = (number: string, name: string | undefined): string =>
  name === undefined || name === '' || name === number ? number : `${number} · ${name}`;

const timeText = (iso: string): string =>
  new Date(iso).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'medium' });
