import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { delimiter, isAbsolute } from 'node:path';
import { scriptFile } from '../support/scripts.ts';

/**
 * The interpreters with the real openhtf and tofupilot.
 * @throws when the environment does not name them
 */
export function pythons(): string[] {
  const named = (process.env.TEST_PYTHONS ?? '').split(delimiter).filter((path) => path);
  assert.ok(
    named.length > 0,
    'TEST_PYTHONS must name the Python interpreters that have openhtf and tofupilot, separated as on PATH. "npm test" sets it.',
  );
  return named;
}

interface RunOptions {
  url: string;
  key: string;
  args?: readonly string[];
  /** Further environment variables. */
  env?: NodeJS.ProcessEnv;
}

/** Runs a script, by its path or as `scriptFile` has it, to its end, as a user would in a terminal. */
export function runScript(
  python: string,
  script: string,
  { url, key, args = [], env: more = {} }: RunOptions,
): Promise<{ code: number | string | null | undefined; output: string }> {
  const env = {
    ...process.env,
    TOFUPILOT_URL: url,
    TOFUPILOT_API_KEY: key,
    DISABLE_TELEMETRY: 'true',
    NO_PROXY: '127.0.0.1,localhost',
    PYTHONDONTWRITEBYTECODE: '1',
    ...more,
  };
  return new Promise((done) => {
    execFile(python, [isAbsolute(script) ? script : scriptFile(script), ...args], { env }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}
