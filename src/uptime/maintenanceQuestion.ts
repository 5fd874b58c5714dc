import * as vscode from 'vscode';
import { localTime, parseLocalTime } from '../domain/localTime.ts';

const hour = 3_600_000;

interface Maintenance {
  readonly starts_at: string;
  /** Null: until it is ended. */
  readonly ends_at: string | null;
  readonly note: string;
}

/** Asks when the maintenance is or was. @throws vscode.CancellationError */
export async function askMaintenance(station: string): Promise<Maintenance> {
  const title = vscode.l10n.t('Maintenance of {0}', station);
  const { starts, ends } = await askTimes(title);
  const note = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('What for? Enter leaves it open.'),
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim().length > 200 ? vscode.l10n.t('The note must be at most 200 characters long.') : undefined,
  });
  if (note === undefined) throw new vscode.CancellationError();
  const iso = (time: number): string => new Date(time).toISOString();
  return { starts_at: iso(starts), ends_at: ends === null ? null : iso(ends), note: note.trim() };
}

interface Times {
  /** Milliseconds since 1970. */
  readonly starts: number;
  readonly ends: number | null;
}

async function askTimes(title: string): Promise<Times> {
  const now = Date.now();
  const forHours = (hours: number, label: string) => ({ label, times: { starts: now, ends: now + hours * hour } });
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { times: Times | undefined }>(
    [
      { label: vscode.l10n.t('From now until I end it'), times: { starts: now, ends: null } },
      forHours(1, vscode.l10n.t('From now for one hour')),
      forHours(4, vscode.l10n.t('From now for four hours')),
      {
        label: vscode.l10n.t('At another time…'),
        detail: vscode.l10n.t('One that has been, or is planned'),
        times: undefined,
      },
    ],
    { title, placeHolder: vscode.l10n.t('Maintenance counts neither as uptime nor as downtime.') },
  );
  if (picked === undefined) throw new vscode.CancellationError();
  if (picked.times !== undefined) return picked.times;
  const starts = await askTime(title, vscode.l10n.t('From'), now - hour, -Infinity);
  return { starts, ends: await askTime(title, vscode.l10n.t('Until'), Math.max(now, starts + hour), starts) };
}

/** @param after the time must be later */
async function askTime(title: string, what: string, proposal: number, after: number): Promise<number> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = await vscode.window.showInputBox({
    title,
    value: localTime(proposal),
    prompt: vscode.l10n.t('{0}: date and time in {1}, such as 2026-11-25 14:05', what, zone),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const time = parseLocalTime(value);
      if (time === undefined) return vscode.l10n.t('Write a date and a time, such as 2026-11-25 14:05.');
      return time > after ? undefined : vscode.l10n.t('The end must be later than the beginning.');
    },
  });
  const time = text === undefined ? undefined : parseLocalTime(text);
  if (time === undefined) throw new vscode.CancellationError();
  return time;
}
