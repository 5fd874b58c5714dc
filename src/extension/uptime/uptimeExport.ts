import { uptime } from '../../shared/contract/uptime.ts';
import { safeFileName } from '../../shared/format/fileNames.ts';
import { uptimeCsv, uptimeJson } from '../../shared/uptime/uptimeExport.ts';
import type { Connection } from '../connection/connection.ts';
import { saveAs } from '../vscode/saveAs.ts';

/** Saves the days of a station, or of all stations when `station` is null, to a file that the user chooses. */
export async function exportUptime(
  connection: Connection,
  zone: string,
  format: 'json' | 'csv',
  station: string | null,
): Promise<void> {
  const query = { days: 90, time_zone: zone };
  const { days, stations, name } =
    station === null
      ? { ...(await connection.call(uptime.fleet, { query })), name: '' }
      : await ofStation(connection, station, query);
  const file = safeFileName(`${name} uptime ${days.dates.at(-1) ?? ''}.${format}`.trim());
  const text = format === 'csv' ? uptimeCsv(days, stations) : uptimeJson(days, stations);
  await saveAs(file, () => new TextEncoder().encode(text));
}

async function ofStation(connection: Connection, id: string, query: { days: number; time_zone: string }) {
  const { days, ...station } = await connection.call(uptime.station, { params: { id }, query });
  return { days, stations: [station], name: station.name };
}
