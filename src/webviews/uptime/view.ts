import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import type { DayUptime, StationUptime } from '../../shared/contract/uptimeView.ts';
import type { kept } from './host.ts';

/** All there is to know of the stations, as last told by the host. */
export interface Fleet {
  readonly days: Days;
  readonly rows: readonly UptimeRow[];
}

/** What the parts of the page see of the whole, and do with it. */
export interface View {
  readonly chosen: typeof kept.value;
  /** The station that is shown in full, once it has come. */
  readonly station: StationUptime | undefined;
  readonly day: { readonly station: string; readonly day: DayUptime } | undefined;
  readonly watched: ReadonlySet<string>;
  keep(change: Partial<typeof kept.value>): void;
  /** Shows a station in full, with the details of a day; null: of today. */
  open(station: string, date: string | null): void;
  /** Shows the details of a day, or those of none. */
  pin(date: string | null): void;
  /** Back to all stations, where the user was. */
  close(): void;
  /** Takes back one step: the day, then the station. */
  clear(): void;
  /** The station above or below, in the order of the rows. */
  step(rows: readonly UptimeRow[], by: number): void;
}
