import { serverExit } from '../../shared/contract/local.ts';
import { CommandError } from './commandError.ts';

const longSecret = /^[\x21-\x7e]{32,200}$/;
const longSecretRule = 'must have 32 to 200 letters, digits or signs, and no blanks. Set a long random';

/** Removes the secrets from the environment, so that no child process inherits them. @throws CommandError */
export function takeSecrets(environment: NodeJS.ProcessEnv) {
  const take = (name: string): string | undefined => {
    const value = environment[name];
    Reflect.deleteProperty(environment, name);
    return value;
  };
  const takeValid = (name: string, form: RegExp, rule: string): string | null => {
    const value = take(name);
    if (value === undefined || form.test(value)) return value ?? null;
    throw new CommandError(serverExit.usage, `${name} ${rule}`);
  };
  const sourceKey = take('TOFUPILOT_API_KEY');
  return {
    // Only the plain SHA-256 of a key is stored, and anyone with a copy of the database can test guesses against it. Short
    // keys are therefore refused.
    chosenKey: takeValid(
      'TEST_STATIONS_ADMIN_KEY',
      longSecret,
      `${longSecretRule} key, or unset the variable and create a key with "server.js new-user-key".`,
    ),
    metricsToken: takeValid(
      'TEST_STATIONS_METRICS_TOKEN',
      longSecret,
      `${longSecretRule} token, or unset the variable.`,
    ),
    /** The secret that the servers of one database share. */
    signingSecret: takeValid(
      'TEST_STATIONS_SIGNING_SECRET',
      longSecret,
      `${longSecretRule} secret, or unset the variable.`,
    ),
    assistantKey: takeValid(
      'TEST_STATIONS_KEY',
      /^[\x21-\x7e]{1,200}$/,
      'is no key. Set it to a user key, or unset the variable.',
    ),
    clientSecret: take('TEST_STATIONS_OIDC_CLIENT_SECRET') || null,
    /** The address of the PostgreSQL database, which contains its password. */
    databaseUrl: takeValid(
      'TEST_STATIONS_DATABASE_URL',
      /^postgres(ql)?:\/\/\S+$/,
      'is no address of a PostgreSQL database, such as postgres://USER:PASSWORD@HOST/DATABASE.',
    ),
    /** The key for the server whose runs are copied. */
    sourceKey: sourceKey !== undefined && /^[\x21-\x7e]{1,1000}$/.test(sourceKey) ? sourceKey : null,
  };
}
