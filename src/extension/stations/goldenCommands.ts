import * as vscode from 'vscode';
import { goldenChecks, type GoldenRule, goldenRule } from '../../shared/contract/goldenChecks.ts';
import { procedures } from '../../shared/contract/procedures.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Connection } from '../connection/connection.ts';
import { ruleSentence } from '../connection/goldenWords.ts';
import type { Services } from '../connection/services.ts';
import { showDone } from '../vscode/messages.ts';
import { askInSteps, type Question } from '../vscode/steps.ts';
import { UserError } from '../vscode/userError.ts';
import { chosenProcedure } from './procedureQuestions.ts';
import type { StationChoice } from './stationChoice.ts';

interface PlaceItem extends vscode.QuickPickItem {
  readonly station: string | null;
  readonly rule: GoldenRule | null;
}

/** `hours`: null for no check, undefined if the number is asked for. */
interface HoursItem extends vscode.QuickPickItem {
  readonly hours: number | null | undefined;
}

export function registerGoldenCommands({ commands, connection, store }: Services, choice: StationChoice): void {
  commands.register('setGoldenCheck', async (argument) => {
    if (!(await connection.can('golden-checks'))) {
      throw new UserError(
        vscode.l10n.t(
          '{0} cannot keep golden unit checks. Use a station server of Test Stations.',
          connection.serverName,
        ),
      );
    }
    const title = vscode.l10n.t('Golden unit check');
    const procedure = await chosenProcedure(connection, choice, argument, title);
    const body = await askRule(
      vscode.l10n.t('Golden unit check of {0}', procedure.label),
      await placesOf(connection, procedure.id),
    );
    await connection.call(goldenChecks.set, { params: { id: procedure.id }, body });
    await store.refresh();
    showDone(
      body.rule === null
        ? vscode.l10n.t('{0} has no golden unit check any more.', procedure.label)
        : vscode.l10n.t('{0}: {1}', procedure.label, ruleSentence({ rule: body.rule })),
    );
  });
}

async function placesOf(connection: Connection, id: string): Promise<PlaceItem[]> {
  const { rule, stations: own } = await connection.call(goldenChecks.rules, { params: { id } });
  const { stations: linked } = await connection.call(procedures.get, { params: { id } });
  const ruleText = (each: GoldenRule | null): string => (each === null ? '' : ruleSentence({ rule: each }));
  const places = new Map(
    linked.map((station) => [station.id, { name: station.name, rule: null as GoldenRule | null }]),
  );
  for (const { station, rule } of own) places.set(station.id, { name: station.name, rule });
  return [
    { label: vscode.l10n.t('All stations'), detail: ruleText(rule), station: null, rule },
    ...[...places].map(([station, { name, rule }]): PlaceItem => ({
      label: withoutIcons(vscode.l10n.t('Only {0}', oneLine(name))),
      detail: ruleText(rule),
      station,
      rule,
    })),
  ];
}

async function askRule(
  title: string,
  places: readonly PlaceItem[],
): Promise<{ station_id: string | null; rule: GoldenRule | null }> {
  const answers: {
    place?: PlaceItem;
    hours?: HoursItem;
    typed: number;
    failing: boolean;
    without: GoldenRule['without'];
  } = {
    typed: 8,
    failing: false,
    without: 'warn',
  };
  const askPlace: Question = async (step) => {
    answers.place = await step.pick(
      places,
      vscode.l10n.t('Where? The check of a station replaces that of all stations.'),
    );
  };
  const askHours: Question = async (step) => {
    const hasRule = answers.place?.rule != null;
    answers.hours = await step.pick(hourItems(hasRule), vscode.l10n.t('How often does a golden unit have to pass?'));
  };
  const askNumber: Question = async (step) => {
    const text = await step.text({
      value: String(answers.place?.rule?.hours ?? answers.typed),
      prompt: vscode.l10n.t('Hours for which a check is valid'),
      validate: (value) => goldenRule.shape.hours.safeParse(numberOf(value)).error?.issues[0]?.message,
    });
    answers.typed = numberOf(text);
  };
  const askSamples: Question = async (step) => {
    const items = [
      { label: vscode.l10n.t('A golden unit has to pass'), failing: false },
      {
        label: vscode.l10n.t('A golden unit has to pass and a failing sample has to fail'),
        detail: vscode.l10n.t('A failing sample shows that the station still finds a fault.'),
        failing: true,
      },
    ];
    answers.failing = (await step.pick(items, vscode.l10n.t('What is checked?'))).failing;
  };
  const askWithout: Question = async (step) => {
    const items: (vscode.QuickPickItem & Pick<GoldenRule, 'without'>)[] = [
      {
        label: vscode.l10n.t('Warn'),
        detail: vscode.l10n.t('The user can run other units all the same.'),
        without: 'warn',
      },
      {
        label: vscode.l10n.t('Refuse'),
        detail: vscode.l10n.t('Only golden units and failing samples can be run. Results are never refused.'),
        without: 'refuse',
      },
    ];
    answers.without = (
      await step.pick(items, vscode.l10n.t('What happens when a script is run without a valid check?'))
    ).without;
  };
  await askInSteps(title, () => {
    if (answers.hours?.hours === null) return [askPlace, askHours];
    const isTyped = answers.hours !== undefined && answers.hours.hours === undefined;
    return [askPlace, askHours, ...(isTyped ? [askNumber] : []), askSamples, askWithout];
  });
  const station_id = answers.place?.station ?? null;
  if (answers.hours?.hours === null) return { station_id, rule: null };
  const hours = answers.hours?.hours ?? answers.typed;
  return { station_id, rule: { hours, failing_sample: answers.failing, without: answers.without } };
}

const numberOf = (text: string): number => Number(text.trim().replace(',', '.') || NaN);

function hourItems(hasRule: boolean): HoursItem[] {
  const every = (hours: number): HoursItem => ({ label: vscode.l10n.t('Every {0} hours', hours), hours });
  return [
    every(4),
    every(8),
    every(12),
    every(24),
    { label: vscode.l10n.t('Other…'), hours: undefined },
    ...(hasRule ? [{ label: vscode.l10n.t('Remove the check'), hours: null }] : []),
  ];
}
