import * as vscode from 'vscode';
import type { MeasurementSummary } from '../../../shared/contract/analytics.ts';
import { studyMaximum, studyMinimum } from '../../../shared/contract/studies.ts';
import type { UnitListItem } from '../../../shared/contract/units.ts';
import type { StationItem } from '../../connection/stationSource.ts';
import { plainLabel } from '../../vscode/messages.ts';
import { askInSteps, type Question } from '../../vscode/steps.ts';
import { askParts } from './partsQuestion.ts';

const shownTrials = [2, 3, 4, 5];

interface Choices {
  readonly measurements: readonly MeasurementSummary[];
  readonly isGiven: boolean;
  readonly recent: readonly UnitListItem[];
  readonly stations: readonly StationItem[];
}

export class StudyQuestions {
  readonly #choices: Choices;
  #measurements: readonly MeasurementSummary[];
  #parts: string[] = [];
  /** Null without a known standard. */
  #bad: ReadonlySet<string> | null = null;
  #stations: readonly StationItem[] = [];
  #isByStation = false;
  #names: string[] = [];
  #trials = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#measurements = choices.isGiven ? choices.measurements : [];
  }

  async ask(): Promise<void> {
    await askInSteps(vscode.l10n.t('New gauge study'), () => [
      ...(this.#choices.isGiven ? [] : [this.#askMeasurements]),
      this.#askParts,
      ...(this.#isPassFail ? [this.#askStandard, ...(this.#bad === null ? [] : [this.#askBad])] : []),
      this.#askKind,
      ...(this.#isByStation ? [this.#askStations] : [this.#askStation, this.#askNames]),
      this.#askTrials,
    ]);
  }

  get measurements(): readonly MeasurementSummary[] {
    return this.#measurements;
  }

  get parts(): { serial_number: string; is_good: boolean | null }[] {
    const bad = this.#bad;
    return this.#parts.map((serial_number) => ({
      serial_number,
      is_good: bad === null ? null : !bad.has(serial_number),
    }));
  }

  get appraisers(): { name: string; station_id: string }[] {
    if (this.#isByStation) return this.#stations.map(({ id, name }) => ({ name, station_id: id }));
    return this.#stations.slice(0, 1).flatMap(({ id }) => this.#names.map((name) => ({ name, station_id: id })));
  }

  get trials(): number {
    return this.#trials;
  }

  get #isPassFail(): boolean {
    return this.#measurements.length === 0 || this.#measurements.some(({ type }) => type === 'boolean');
  }

  readonly #askMeasurements: Question = async (step) => {
    const outcome = {
      label: vscode.l10n.t('Outcome of the run'),
      description: vscode.l10n.t('pass or fail'),
      of: null,
    };
    const items = this.#choices.measurements.map((of) => ({
      label: plainLabel(of.measurement_name),
      description: plainLabel(of.phase_name),
      of,
    }));
    const { picked } = await step.pickMany<vscode.QuickPickItem & { of: MeasurementSummary | null }>(
      [...items, outcome],
      ({ of }) => of !== null && this.#measurements.includes(of),
      vscode.l10n.t('Measurements of the study, or the outcome of the runs'),
      (all) =>
        all.length === 0 || (all.length > 1 && all.some(({ of }) => of === null))
          ? vscode.l10n.t('Select measurements, or the outcome alone.')
          : undefined,
    );
    this.#measurements = picked.flatMap(({ of }) => of ?? []);
  };

  readonly #askParts: Question = async (step) => {
    const chosen = await askParts(step, this.#choices.recent, this.#parts);
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    this.#parts = chosen.sort(compare);
  };

  readonly #askStandard: Question = async (step) => {
    const none = { label: vscode.l10n.t('No known standard'), isKnown: false };
    const known = { label: vscode.l10n.t('Choose the bad parts…'), isKnown: true };
    const question = vscode.l10n.t('Is it known which parts are good and which are bad?');
    const { isKnown } = await step.pick([none, known], question);
    this.#bad = isKnown ? (this.#bad ?? new Set()) : null;
  };

  readonly #askBad: Question = async (step) => {
    const items = this.#parts.map((serial) => ({ label: plainLabel(serial), serial }));
    const isBad = ({ serial }: { serial: string }): boolean => this.#bad?.has(serial) ?? false;
    const { picked } = await step.pickMany(items, isBad, vscode.l10n.t('Select the bad parts. All others are good.'));
    this.#bad = new Set(picked.map(({ serial }) => serial));
  };

  readonly #askKind: Question = async (step) => {
    const persons = { label: vscode.l10n.t('Operators on one station'), isStations: false };
    const benches = { label: vscode.l10n.t('Stations'), isStations: true };
    const items = this.#choices.stations.length >= studyMinimum.appraisers ? [persons, benches] : [persons];
    this.#isByStation = (await step.pick(items, vscode.l10n.t('Who tests the parts?'))).isStations;
  };

  readonly #askStation: Question = async (step) => {
    this.#stations = [(await step.pick(this.#stationItems, vscode.l10n.t('Station'))).station];
  };

  readonly #askStations: Question = async (step) => {
    const { picked } = await step.pickMany(
      this.#stationItems,
      ({ station }) => this.#stations.includes(station),
      vscode.l10n.t('Stations that are compared'),
      (all) => (all.length < studyMinimum.appraisers ? tooFewAppraisers() : undefined),
    );
    this.#stations = picked.map(({ station }) => station);
  };

  get #stationItems(): { label: string; station: StationItem }[] {
    return this.#choices.stations.map((station) => ({ label: plainLabel(station.name), station }));
  }

  readonly #askNames: Question = async (step) => {
    const text = await step.text({
      value: this.#names.join(', '),
      prompt: vscode.l10n.t('Names of the operators, separated by commas'),
      validate: (entered) => {
        const names = namesIn(entered);
        if (names.length < studyMinimum.appraisers) return tooFewAppraisers();
        return new Set(names.map((name) => name.toLowerCase())).size < names.length
          ? vscode.l10n.t('Each operator is named once.')
          : undefined;
      },
    });
    this.#names = namesIn(text);
  };

  readonly #askTrials: Question = async (step) => {
    const cells = this.#parts.length * this.appraisers.length;
    const items = shownTrials
      .filter((count) => count * cells <= studyMaximum.runs)
      .map((count) => ({
        label: vscode.l10n.t('{0} trials', count),
        description: vscode.l10n.t('{0} runs', count * cells),
        count,
      }));
    const question = vscode.l10n.t('How often is each part tested? A single trial would show no repeatability.');
    this.#trials = (await step.pick(items, question)).count;
  };
}

const tooFewAppraisers = (): string =>
  vscode.l10n.t('With a single appraiser there is no reproducibility. Add another.');

const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
