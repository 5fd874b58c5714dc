import * as vscode from 'vscode';
import { changedVerdicts, limitsMethods, proposeRoundedLimits, sideOf } from '../../shared/analytics/limitsStudy.ts';
import { analytics } from '../../shared/contract/analytics.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import { testNormality } from '../../shared/statistics/normality.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../vscode/commands.ts';
import { askInSteps, type Question } from '../vscode/steps.ts';
import { UserError } from '../vscode/userError.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { applyLimits, currentLimits } from './applyLimits.ts';
import { limitsText, methodName } from './limitsSentences.ts';
import { askLimitsSubject, type LimitsSubject } from './limitsSubject.ts';

type Values = Answer<typeof analytics.values>;

const mostValues = 20_000;
/** Of each kind that are listed. */
const mostRuns = 200;

interface LimitsItem extends vscode.QuickPickItem {
  readonly limits?: SpecLimits;
}

export function registerSetLimits(
  commands: Commands,
  connection: Connection,
  store: StationStore,
  source: AnalyticsSource,
): vscode.Disposable {
  commands.register('setLimits', async (argument) => {
    const subject = await askLimitsSubject(connection, store, source, argument);
    const current = await currentLimits(subject);
    const values = await loadValues(source, subject);
    await applyLimits(subject, await askLimits(subject, current, values));
  });
  return vscode.languages.registerCodeActionsProvider({ language: 'python' }, new LimitsActions(), {
    providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite],
  });
}

async function loadValues(source: AnalyticsSource, subject: LimitsSubject): Promise<Values> {
  const { procedureId: id, phaseName: phase_name, measurementName: measurement_name } = subject;
  const query = { phase_name, measurement_name, limit: mostValues };
  const values = await source.values(id, query);
  if (values.values.length > 0) return values;
  throw new UserError(vscode.l10n.t('No run has a number for {0} yet.', measurement_name));
}

async function askLimits(
  { measurementName, units }: LimitsSubject,
  current: SpecLimits,
  found: Values,
): Promise<SpecLimits> {
  const { values, passed } = found;
  const count = values.length.toLocaleString(vscode.env.language);
  const changes = (limits: SpecLimits): string => {
    const { toFail, toPass } = changedVerdicts(values, passed, limits);
    const total = (toFail.length + toPass.length).toLocaleString(vscode.env.language);
    return vscode.l10n.t(
      '{0} of {1} past values would change their verdict: {2} would fail, {3} would pass',
      total,
      count,
      toFail.length.toLocaleString(vscode.env.language),
      toPass.length.toLocaleString(vscode.env.language),
    );
  };
  const proposals = limitsMethods.map((method): LimitsItem => {
    const proposal = proposeRoundedLimits(values, method, sideOf(current));
    const label = methodName(method);
    if (proposal.kind === 'limits') {
      return { label, description: limitsText(proposal, units), detail: changes(proposal), limits: proposal };
    }
    const detail =
      proposal.kind === 'tooFew'
        ? vscode.l10n.t('{0} of the {1} values that are needed', proposal.count, proposal.needed)
        : vscode.l10n.t('All values are {0}', proposal.value);
    return { label, detail };
  });
  const own: LimitsItem = {
    label: vscode.l10n.t('Other limits…'),
    description: vscode.l10n.t('Now: {0}', limitsText(current, units)),
    detail: changes(current),
  };
  let limits: SpecLimits | undefined;
  const typed = { lower: current.lower, upper: current.upper };
  const askMethod: Question = async (step) => {
    ({ limits } = await step.pick([...proposals.filter((item) => item.limits), own], placeholder(values)));
  };
  const askSide =
    (side: keyof SpecLimits): Question =>
    async (step) => {
      const text = await step.text({
        value: typed[side] === null ? '' : String(typed[side]),
        prompt:
          side === 'lower'
            ? vscode.l10n.t('The lower limit, or nothing')
            : vscode.l10n.t('The upper limit, or nothing'),
        validate: (input) => (isLimit(input) ? undefined : vscode.l10n.t('Enter a number, such as 3.3.')),
      });
      typed[side] = text === '' ? null : Number(text);
    };
  const [lower, upper] = [askSide('lower'), askSide('upper')];
  const review: Question = async (step) => {
    const items = reviewItems(limits ?? typed, units, found);
    for (;;) {
      const { runId } = await step.pick(items, changes(limits ?? typed));
      if (runId === undefined) return;
      await vscode.commands.executeCommand('testStations.openRun', runId);
    }
  };
  await askInSteps(vscode.l10n.t('Limits of {0} from {1} values', measurementName, count), () =>
    limits === undefined ? [askMethod, lower, upper, review] : [askMethod, review],
  );
  return limits ?? typed;
}

interface ReviewItem extends vscode.QuickPickItem {
  readonly runId?: string;
}

/** Returns the item that applies the limits, and the runs whose verdict would change, newest first. */
function reviewItems(limits: SpecLimits, units: string | null, found: Values): ReviewItem[] {
  const { toFail, toPass } = changedVerdicts(found.values, found.passed, limits);
  const runItems = (indexes: readonly number[], title: string): ReviewItem[] =>
    indexes.length === 0
      ? []
      : [
          { label: title, kind: vscode.QuickPickItemKind.Separator },
          ...indexes
            .slice(-mostRuns)
            .toReversed()
            .map((index) => runItem(index, units, found)),
        ];
  return [
    { label: vscode.l10n.t('Apply {0}', limitsText(limits, units)) },
    ...runItems(toFail, vscode.l10n.t('Would fail')),
    ...runItems(toPass, vscode.l10n.t('Would pass')),
  ];
}

function runItem(index: number, units: string | null, found: Values): ReviewItem {
  const started = new Date(found.started_at[index] ?? 0).toLocaleString(vscode.env.language);
  const label = withoutIcons(oneLine(found.serial_numbers[index] ?? ''));
  const item = { label, description: `${found.values[index]} ${units ?? ''}`.trim(), detail: started };
  const runId = found.run_ids[index];
  return runId === undefined ? item : { ...item, runId };
}

const isLimit = (text: string): boolean => text.trim() === '' || Number.isFinite(Number(text));

function placeholder(values: readonly number[]): string {
  const normality = testNormality(values);
  if (normality.kind === 'tooFew') {
    return vscode.l10n.t('{0} values say little about the limits', normality.count);
  }
  return normality.kind === 'tested' && !normality.isNormal
    ? vscode.l10n.t('The values are not normally distributed: prefer percentiles to sigma and Ppk')
    : vscode.l10n.t('Choose limits. They say what is usual, not what the product needs.');
}

/** Offers the command on the measurements of a script. */
class LimitsActions implements vscode.CodeActionProvider {
  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const source = document.getText();
    if (!/Measurement|measures|measured_value|_limit|validators/.test(source)) return [];
    const { editableMeasurements } = await import('../../shared/script/scriptScan.ts');
    const offset = document.offsetAt(range.start);
    const found = editableMeasurements(source).find(({ from, to }) => from <= offset && offset <= to);
    if (found === undefined) return [];
    const title = vscode.l10n.t('Set Limits of {0} from Data…', found.name);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
    const phaseName = found.phases.length === 1 ? found.phases[0] : undefined;
    action.command = {
      command: 'testStations.setLimits',
      title,
      arguments: [{ phaseName, measurementName: found.name }],
    };
    return [action];
  }
}
