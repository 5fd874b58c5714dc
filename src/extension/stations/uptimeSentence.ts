import * as vscode from 'vscode';
import { uptime } from '../../shared/contract/uptime.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';
import { figuresOf, formatLargestUnits, formatPercent } from '../../shared/uptime/uptimeFigures.ts';
import type { Connection } from '../connection/connection.ts';
import type { Log } from '../vscode/log.ts';

const days = 90;

/** Returns the station's uptime of the last 90 days as a sentence, or '' if the server has none or does not answer. */
export async function uptimeSentence(connection: Connection, log: Log, id: string): Promise<string> {
  try {
    if (!(await connection.can('uptime'))) return '';
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const answer = await connection.call(uptime.station, { params: { id }, query: { days, time_zone } });
    if (!answer.is_watched) return '';
    const { percent, observed, coverage } = figuresOf(lastDays(answer.columns, answer.days, days));
    if (percent === null)
      return vscode.l10n.t('Too little was observed in the last {0} days to calculate its uptime.', days);
    return vscode.l10n.t(
      'Up {0} of {1} observed ({2} %) in the last {3} days.',
      formatPercent(percent, vscode.env.language),
      formatLargestUnits(observed),
      coverage,
      days,
    );
  } catch (error) {
    log.debug(`uptime of ${id}: ${String(error)}`);
    return '';
  }
}
