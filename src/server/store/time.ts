/**
 * Times are stored as whole milliseconds since 1970: they take half the size of text in the indexes of a million runs,
 * and durations are plain subtraction. The API uses ISO 8601 in UTC.
 */
export const isoTime = (millis: number): string => new Date(millis).toISOString();

export const isoTimeOrNull = (millis: number | null): string | null => (millis === null ? null : isoTime(millis));

export const parseTime = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);

/** Summaries of days are marked as stale by quarters of an hour: the edges of days are quarters in every time zone. */
export const quarterHourMillis = 15 * 60_000;
