import {
  addGroup,
  figuresOf,
  type GroupTotal,
  isSameSegment,
  newerOf,
  noGroups,
  segmentKey,
  typeOf,
} from './figures.ts';
import type { MeasurementSummary } from './summarizeDay.ts';

interface SegmentTotal {
  readonly group: MeasurementSummary;
  total: GroupTotal;
  firstStart: number;
}

/** Adds up groups one by one: the hints in a script are about tens of thousands, and keeping them takes longer. */
export class MeasurementTotal {
  readonly #segments = new Map<string, SegmentTotal>();
  #lastSegment: SegmentTotal | undefined;
  #newest: MeasurementSummary;
  #newestValue: MeasurementSummary | undefined;
  #firstStart = Infinity;
  #lastStart = -Infinity;

  constructor(first: MeasurementSummary) {
    this.#newest = first;
    this.add(first);
  }

  get covered() {
    return { first_started_at: this.#firstStart, last_started_at: this.#lastStart };
  }

  add(group: MeasurementSummary): void {
    const segment = this.#segmentOf(group);
    segment.total = addGroup(segment.total, group);
    segment.firstStart = Math.min(segment.firstStart, group.first_started_at);
    this.#lastSegment = segment;
    this.#newest = newerOf(this.#newest, group);
    if (group.type !== 'empty') this.#newestValue = newerOf(this.#newestValue, group);
    this.#firstStart = Math.min(this.#firstStart, group.first_started_at);
    this.#lastStart = Math.max(this.#lastStart, group.last_started_at);
  }

  figures() {
    const { total, firstStart } = this.#segmentOf(this.#newest);
    const { lower, upper, units } = this.#newest;
    return {
      type: typeOf(this.#newestValue),
      units,
      lower,
      upper,
      limits_changed_at: this.#segments.size === 1 ? null : firstStart,
      ...figuresOf(total, { lower, upper }),
    };
  }

  #segmentOf(group: MeasurementSummary): SegmentTotal {
    if (this.#lastSegment !== undefined && isSameSegment(this.#lastSegment.group, group)) return this.#lastSegment;
    const key = segmentKey(group);
    const segment = this.#segments.get(key) ?? { group, total: noGroups, firstStart: Infinity };
    this.#segments.set(key, segment);
    return segment;
  }
}
