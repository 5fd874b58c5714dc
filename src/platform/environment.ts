/** What must not reach a program that was not started to use it. */
const keys = ['TOFUPILOT_API_KEY', 'STATION_API_KEY', 'TEST_STATIONS_ADMIN_KEY'];

/** Whether a variable of this name holds a key. */
export const isKey = (name: string): boolean => keys.includes(name);

/** The environment of this process for a child, without the keys that it may carry. */
export const environmentWithoutKeys = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !isKey(name)));
