import * as vscode from 'vscode';
import { formatLocalTime, parseLocalTime } from '../../shared/format/localTime.ts';
import { askInSteps, type Question, type Step } from '../vscode/steps.ts';

const hour = 3_600_000;

interface Maintenance {
  readonly starts_at: string;
  readonly ends_at: string | null;
  readonly note: string;
}

interface Times {
  readonly starts: number;
  readonly ends: number | null;
}

interface Span extends vscode.QuickPickItem {
  readonly times: Times | undefined;
}

export async function askMaintenance(station: string): Promise<Maintenance> {
  const now = Date.now();
  const spans = spansFrom(now);
  const answers: { span?: Span; starts: number; ends: number; note: string } = { starts: now, ends: now, note: '' };
  const askSpan: Question = async (step) => {
    answers.span = await step.pick(spans, vscode.l10n.t('Maintenance counts neither as uptime nor as downtime.'));
  };
  const askStart: Question = async (step) => {
    answers.starts = await askTime(step, vscode.l10n.t('From'), now - hour, -Infinity);
  };
  const askEnd: Question = async (step) => {
    const { starts } = answers;
    answers.ends = await askTime(step, vscode.l10n.t('Until'), Math.max(now, starts + hour), starts);
  };
  const askNote: Question = async (step) => {
    answers.note = await step.text({
      value: '',
      prompt: vscode.l10n.t('Reason (optional)'),
      validate: (value) =>
        value.trim().length > 200 ? vscode.l10n.t('The note must be at most 200 characters long.') : undefined,
    });
  };
  await askInSteps(vscode.l10n.t('Maintenance of {0}', station), () => {
    const asksTimes = answers.span !== undefined && answers.span.times === undefined;
    return [askSpan, ...(asksTimes ? [askStart, askEnd] : []), askNote];
  });
  const { starts, ends }: Times = answers.span?.times ?? answers;
  const iso = (time: number): string => new Date(time).toISOString();
  return { starts_at: iso(starts), ends_at: ends === null ? null : iso(ends), note: answers.note };
}

function spansFrom(now: number): Span[] {
  const forHours = (hours: number, label: string): Span => ({
    label,
    times: { starts: now, ends: now + hours * hour },
  });
  return [
    { label: vscode.l10n.t('From now until I end it'), times: { starts: now, ends: null } },
    forHours(1, vscode.l10n.t('From now for one hour')),
    forHours(4, vscode.l10n.t('From now for four hours')),
    { label: vscode.l10n.t('At another time…'), detail: vscode.l10n.t('Past or planned'), times: undefined },
  ];
}

async function askTime(step: Step, what: string, proposal: number, after: number): Promise<number> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = await step.text({
    value: formatLocalTime(proposal),
    prompt: vscode.l10n.t('{0}: date and time in {1}, such as 2026-11-25 14:05', what, zone),
    validate: (value) => {
      const time = parseLocalTime(value);
      if (time === undefined) return vscode.l10n.t('Enter a date and a time, such as 2026-11-25 14:05.');
      return time > after ? undefined : vscode.l10n.t('The end must be later than the beginning.');
    },
  });
  // The step has already refused invalid times.
  return parseLocalTime(text) ?? proposal;
}
