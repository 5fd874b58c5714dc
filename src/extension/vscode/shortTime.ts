import * as vscode from 'vscode';

/** Returns the time of day, with the date unless it is today. */
export function shortTime(time: Date): string {
  const today = time.toDateString() === new Date().toDateString();
  return time.toLocaleString(
    vscode.env.language,
    today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
  );
}
