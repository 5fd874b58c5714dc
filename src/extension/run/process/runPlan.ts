import { type RunMode, runnerEnvironment } from '../../../shared/contract/runner.ts';

/** Everything that starting a script takes. One plan serves every way of running it. */
export interface RunPlan {
  readonly mode: RunMode;
  /** The interpreter and its own arguments, such as `['/usr/bin/python3']` or `['py', '-3']`. */
  readonly python: readonly string[];
  /** The main file of the Python runner; started as a folder, Python would write bytecode into the extension. */
  readonly runner: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of this process. The station's key is here, and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a script's own client needs to push as the station. */
export function stationEnvironment(url: string, key: string): Record<string, string> {
  const noProxy = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1', 'localhost'];
  const direct = noProxy.filter((each) => each !== undefined && each !== '').join(',');
  return {
    TOFUPILOT_URL: url,
    TOFUPILOT_API_KEY: key,
    STATION_API_KEY: key, // no client reads it, but the documentation's scripts speak of it
    DISABLE_TELEMETRY: 'true', // the client's own exception reports; they also delay its exit by a second offline
    NO_PROXY: direct,
    no_proxy: direct,
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
  };
}

/** An address that the runner answers for, and a key of nobody's: whatever the script does, it cannot push as a station. */
export const dryEnvironment = (): Record<string, string> =>
  stationEnvironment('http://dry-run.invalid', 'no-key-in-a-dry-run');

/** The runner's own variable for the plan's mode. */
export const modeEnvironment = ({ mode }: RunPlan): Record<string, string> => ({ [runnerEnvironment.mode]: mode });
