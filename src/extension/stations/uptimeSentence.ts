import * as vscode from 'vscode';
import { uptime } from '../../shared/contract/uptime.ts';
import { formatPercent, formatWholePercent } from '../../shared/format/formatPercent.ts';
import { lastDays } from '../../shared/uptime/uptime.ts';
import { figuresOf, formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import type { Connection } from '../connection/connection.ts';
import type { Log } from '../vscode/log.ts';

const uptimeDays = 90;

/** Returns the station's uptime as a sentence, or '' if the server has none or does not answer. */
export async function uptimeSentence(connection: Connection, log: Log, id: string): Promise<string> {
  try {
    if (!(await connection.can('uptime'))) return '';
    const query = { days: uptimeDays, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
    const answer = await connection.call(uptime.station, { params: { id }, query });
    if (!answer.is_watched) return '';
    const { percent, observed, coverage } = figuresOf(lastDays(answer.columns, answer.days, uptimeDays));
    if (percent === null) {
      return vscode.l10n.t('Too little was observed in the last {0} days to calculate its uptime.', uptimeDays);
    }
    return vscode.l10n.t(
      'Up {0} of {1} observed ({2}) in the last {3} days.',
      formatPercent(percent, vscode.env.language),
      formatLargestUnits(observed),
      formatWholePercent(coverage, vscode.env.language),
      uptimeDays,
    );
  } catch (error) {
    log.debug(`uptime of ${id}: ${String(error)}`);
    return '';
  }
}
