/** Returns a time of a request in milliseconds since 1970. */
export const millis = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time);
