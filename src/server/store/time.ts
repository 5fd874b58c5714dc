/**
 * Times are stored as whole milliseconds since 1970: half the size of text in the indexes of a million runs, and
 * durations and uptime are plain subtraction. The wire speaks ISO 8601 in UTC.
 */
export const isoTime = (millis: number): string => new Date(millis).toISOString();
