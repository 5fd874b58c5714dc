const keys = ['TOFUPILOT_API_KEY', 'STATION_API_KEY', 'TEST_STATIONS_ADMIN_KEY'];

export const isKey = (name: string): boolean => keys.includes(name);

export const environmentWithoutKeys = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !isKey(name)));

/**
 * Returns the `TOFUPILOT_API_KEY` of an environment if its `TOFUPILOT_URL` names this server: the same scheme, host and
 * port. Without that variable, or with another address in it, the key belongs to another server and must not be sent here,
 * not even to ask whose key it is.
 */
export function environmentKeyFor(serverUrl: string, environment: NodeJS.ProcessEnv): string | undefined {
  const { TOFUPILOT_API_KEY: key = '', TOFUPILOT_URL: url = '' } = environment;
  if (key === '' || !URL.canParse(url)) return undefined;
  const { protocol, origin } = new URL(url);
  const isWeb = protocol === 'http:' || protocol === 'https:'; // every other address has the origin "null"
  return isWeb && origin === new URL(serverUrl).origin ? key : undefined;
}
