import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import type { DayUptime, StationUptime } from '../../shared/contract/uptimeView.ts';
import type { viewState } from './host.ts';

/** The stations as last sent by the host. */
export interface Fleet {
  readonly days: Days;
  readonly rows: readonly UptimeRow[];
}

/** The interface of the page for its parts. */
export interface View {
  readonly chosen: typeof viewState.value;
  /** The station that is shown in full, once it is loaded. */
  readonly station: StationUptime | undefined;
  readonly day: { readonly station: string; readonly day: DayUptime } | undefined;
  readonly watched: ReadonlySet<string>;
  save(change: Partial<typeof viewState.value>): void;
  /** Shows a station in full, with the details of a day, or of today when `date` is null. */
  open(station: string, date: string | null): void;
  /** Shows the details of a day, or none when `date` is null. */
  pin(date: string | null): void;
  /** Returns to all stations, at the previous scroll position. */
  close(): void;
  /** Goes back one step: from the day to the station, and from the station to all stations. */
  clear(): void;
  /** Opens the station above or below. */
  step(rows: readonly UptimeRow[], by: number): void;
}
