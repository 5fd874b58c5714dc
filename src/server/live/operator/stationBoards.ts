import type { StationBoard } from '../../../shared/contract/operator.ts';
import type { Calendar } from '../../../shared/uptime/uptimeCalendar.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { goldenChecksOf } from '../../goldenChecks.ts';
import { shiftCountersOf } from '../../shiftCounters.ts';
import { studyTurns } from '../../store/studies.ts';
import type { Store } from '../../store/tables.ts';
import type { OperatorHub } from './hub.ts';
import type { LiveStation } from './liveStation.ts';

const minIntervalMs = 500;
const clockIntervalMs = 20_000;

export class StationBoards {
  readonly #store: Store;
  readonly #hub: OperatorHub;
  readonly #calendar: Calendar;
  #timer: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;

  constructor(store: Store, hub: OperatorHub, calendar: Calendar) {
    this.#calendar = calendar;
    this.#store = store;
    this.#hub = hub;
  }

  async update(station: LiveStation): Promise<void> {
    station.setBoard(await this.#load(station.id));
    this.#updateByTime();
  }

  updateSoon(): void {
    if (this.#timer !== undefined || this.#hub.watchedStations.length === 0) return;
    this.#timer = setTimeout(() => void this.#updateAll(), minIntervalMs).unref();
  }

  /** A shift also ends without a change. */
  #updateByTime(): void {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.updateSoon(), clockIntervalMs).unref();
  }

  async #updateAll(): Promise<void> {
    this.#timer = undefined;
    try {
      for (const station of this.#hub.watchedStations) await this.update(station);
    } catch (error) {
      // The test is still shown, and the next change updates again.
      logFailure('What the Operator UI shows of a station could not be loaded', error);
    }
  }

  async #load(id: string): Promise<StationBoard> {
    const now = Date.now();
    return {
      golden_checks: await goldenChecksOf(this.#store, id, now),
      study: (await studyTurns(this.#store)).get(id) ?? null,
      counters: await shiftCountersOf(this.#store, id, this.#calendar, now),
    };
  }
}
