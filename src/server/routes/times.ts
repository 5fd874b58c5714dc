/** Milliseconds since 1970 of a time in a request. */
export const millis = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);
