import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import type { DayUptime, StationUptime } from '../../shared/contract/uptimeView.ts';
import type { viewState } from './host.ts';

export interface Fleet {
  readonly days: Days;
  readonly rows: readonly UptimeRow[];
}

export interface View {
  readonly chosen: typeof viewState.value;
  readonly station: StationUptime | undefined;
  readonly day: { readonly station: string; readonly day: DayUptime } | undefined;
  readonly watched: ReadonlySet<string>;
  save(change: Partial<typeof viewState.value>): void;
  /** Shows a station in full, with the details of a day, or of today when `date` is null. */
  open(station: string, date: string | null): void;
  /** Shows the details of a day, or none when `date` is null. */
  pin(date: string | null): void;
  close(): void;
  /** Goes back one step: from the day to the station, and from the station to all stations. */
  clear(): void;
  step(rows: readonly UptimeRow[], by: number): void;
}
