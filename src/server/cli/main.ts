import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { isStorageError } from '../attachments/storageError.ts';
import { storageAddress, type StoragePlace } from '../attachments/storagePlace.ts';
import { log, setLogFormat } from '../log.ts';
import { diskProblem } from '../store/databaseErrors.ts';
import { CommandError } from './commandError.ts';
import { type Command, help, readCommand } from './commandLine.ts';
import { DataFolder } from './dataFolder.ts';
import { bucketOptions, takeStorageVariables } from './storageOptions.ts';
import { collectorOptions, takeTracingVariables } from './tracingOptions.ts';

// Files that the server creates are readable by this user only.
process.umask(0o077);

// The program that started the server may have ended when the server writes to its pipe. The server continues.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// Node 22 prints a warning about node:sqlite on stderr, where users look for the reason of a failed start.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') log.warning(warning.stack ?? warning.message);
});

/** Service managers kill a program that takes longer: systemd after 90 seconds by default. */
const stopLimitMs = 60_000;

/** Each command loads only what it needs: a window that opens for the first time waits for `new-user-key`. */
async function main(): Promise<void> {
  const chosenKey = takeChosenKey(process.env);
  const metricsToken = takeMetricsToken(process.env);
  const signingSecret = takeSigningSecret(process.env);
  const assistantKey = takeAssistantKey(process.env);
  const clientSecret = takeClientSecret(process.env);
  const databaseUrl = takeDatabaseUrl(process.env);
  const sourceKey = takeSourceKey(process.env);
  const storageVariables = takeStorageVariables(process.env);
  const tracingVariables = takeTracingVariables(process.env);
  const command = readCommand(process.argv.slice(2));
  if (command.command === 'help') {
    console.log(help);
    return;
  }
  if (databaseUrl !== null) requireForPostgres(command);
  if (command.command === 'check') {
    const bucket = bucketOptions(command.attachments, storageVariables);
    const folder = DataFolder.existing(command.data, databaseUrl, folderOf(command.attachments));
    const report = (finding: string): void => {
      console.log(finding);
      process.exitCode = 1;
    };
    if (databaseUrl !== null) {
      const { checkPostgres } = await import('./checkPostgres.ts');
      for await (const finding of checkPostgres(folder, bucket)) report(finding);
      return;
    }
    const { check } = await import('./check.ts');
    for (const finding of check(folder, bucket === null)) report(finding);
    if (bucket !== null) {
      const { checkObjects } = await import('./checkObjects.ts');
      for await (const finding of checkObjects(folder.database, bucket)) report(finding);
    }
    return;
  }
  if (command.command === 'backup') {
    const { attachmentsOf, backup, backupDatabase } = await import('./backup.ts');
    const { attachments: place } = command;
    if (place !== null && 'bucket' in place) {
      backupDatabase(DataFolder.existing(command.data), command.to);
      console.log(`Backed up the database to ${command.to}.`);
      console.log(
        `The attachments in ${storageAddress(place)} were not copied. Back up the bucket with its own tools.`,
      );
      return;
    }
    const folder = DataFolder.existing(command.data, null, folderOf(place));
    const { attachments, faults } = backup(folder, command.to);
    console.log(`Backed up to ${command.to}, and ${attachments} attachments to ${attachmentsOf(command.to)}.`);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) {
      console.error(`The backup can be used, but ${faults.length} attachments are not in it as they should be.`);
      process.exitCode = serverExit.backupIncomplete;
    }
    return;
  }
  if (command.command === 'junit') {
    const { junitOfRun } = await import('./junit.ts');
    process.stdout.write(await junitOfRun(DataFolder.existing(command.data, databaseUrl), command.run));
    return;
  }
  if (command.command === 'import') {
    const { importFiles } = await import('./importFiles.ts');
    const { lines, bad } = await importFiles(
      DataFolder.existing(command.data, databaseUrl),
      command.files,
      command.options,
      console.error,
    );
    console.log(lines.join('\n'));
    if (bad > 0) process.exitCode = 1;
    return;
  }
  if (command.command === 'move') {
    if (databaseUrl === null) {
      throw new CommandError(
        serverExit.usage,
        'TEST_STATIONS_DATABASE_URL is missing: set it to the PostgreSQL database.',
      );
    }
    const { moveToFolder, moveToPostgres } = await import('./move.ts');
    const isToPostgres = command.to === 'postgres';
    if (isToPostgres) DataFolder.existing(command.data);
    const folder = new DataFolder(command.data, databaseUrl);
    console.log(await (isToPostgres ? moveToPostgres : moveToFolder)(folder, console.error));
    return;
  }
  if (command.command === 'export') {
    const { exportData } = await import('./exportData.ts');
    const bucket = bucketOptions(command.attachments, storageVariables);
    const folder = DataFolder.existing(command.data, databaseUrl, folderOf(command.attachments));
    const { lines, problems } = await exportData(folder, command.output, bucket, console.error);
    console.log(lines.join('\n'));
    if (problems > 0) process.exitCode = 1;
    return;
  }
  if (command.command === 'import export') {
    const { importExport } = await import('./importExport.ts');
    const bucket = bucketOptions(command.attachments, storageVariables);
    const folder = DataFolder.existing(command.data, databaseUrl, folderOf(command.attachments));
    const { lines, bad } = await importExport(folder, { ...command, bucket }, console.error);
    console.log(lines.join('\n'));
    if (bad > 0) process.exitCode = 1;
    return;
  }
  if (command.command === 'copy') {
    const { importFromServer } = await import('./importFromServer.ts');
    const bucket = bucketOptions(command.attachments, storageVariables);
    const folder = DataFolder.existing(command.data, databaseUrl, folderOf(command.attachments));
    const { lines, bad } = await importFromServer(folder, { ...command, bucket }, sourceKey, console.error);
    console.log(lines.join('\n'));
    if (bad > 0) process.exitCode = 1;
    return;
  }
  if (command.command === 'mcp') {
    const { assistantOverStdio } = await import('./assistantOverStdio.ts');
    await assistantOverStdio(command.place, assistantKey);
    return;
  }
  if (command.command === 'serve') setLogFormat(command.logFormat);
  const folder = new DataFolder(
    command.data,
    databaseUrl,
    command.command === 'serve' ? folderOf(command.attachments) : null,
  );
  if (command.command === 'new-user-key') {
    const { newUserKey } = await import('./userKeys.ts');
    console.log(await newUserKey(folder, command));
    return;
  }
  if (command.command === 'user') {
    const { userCommand } = await import('./userCommands.ts');
    console.log(await userCommand(DataFolder.existing(command.data, databaseUrl), command.user));
    return;
  }
  const { serve } = await import('./serve.ts');
  const server = await serve(folder, {
    ...command,
    provider: command.provider && { ...command.provider, clientSecret },
    bucket: bucketOptions(command.attachments, storageVariables),
    collector: collectorOptions(command.otlpEndpoint, tracingVariables),
    chosenKey,
    metricsToken,
    signingSecret,
    pagesFolder: findPagesFolder(),
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      fail(new CommandError(1, `The station server did not stop within ${stopLimitMs / 1000} seconds and was ended.`));
    }, stopLimitMs).unref();
    server.stop().then(() => process.exit(0), fail);
  };
  void server.stopRequested.then(stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(JSON.stringify(server.address));
}

/** @throws CommandError if the command is for data in SQLite only */
function requireForPostgres(command: Command): void {
  const isOverFolder = command.command === 'mcp' && 'data' in command.place;
  if (command.command !== 'backup' && !isOverFolder) return;
  const otherWay =
    command.command === 'backup'
      ? 'Use pg_dump'
      : 'Use "server.js mcp --server URL" with the address of the lab server, and a user key in TEST_STATIONS_KEY';
  throw new CommandError(
    serverExit.usage,
    `"server.js ${command.command}${isOverFolder ? ' --data' : ''}" is for data in SQLite, and TEST_STATIONS_DATABASE_URL names a ` +
      `PostgreSQL database. ${otherWay}, or unset the variable.`,
  );
}

const folderOf = (place: StoragePlace | null): string | null =>
  place !== null && 'folder' in place ? place.folder : null;

/**
 * Removes the key of the first user from the environment, so that no child process inherits it, and returns it. Only
 * the plain SHA-256 of a key is stored, and anyone with a copy of the database can test guesses against it. Short keys
 * are therefore refused.
 * @throws CommandError if the key is too short or otherwise unusable
 */
function takeChosenKey(environment: NodeJS.ProcessEnv): string | null {
  const key = environment.TEST_STATIONS_ADMIN_KEY;
  delete environment.TEST_STATIONS_ADMIN_KEY;
  if (key === undefined || /^[\x21-\x7e]{32,200}$/.test(key)) return key ?? null;
  throw new CommandError(
    serverExit.usage,
    `TEST_STATIONS_ADMIN_KEY must have 32 to 200 letters, digits or signs, and no blanks. Set a long random key, or unset the variable and create a key with "server.js new-user-key".`,
  );
}

/**
 * Removes the token of a monitoring system from the environment, so that no child process inherits it, and returns it.
 * @throws CommandError if it is too short or otherwise unusable
 */
function takeMetricsToken(environment: NodeJS.ProcessEnv): string | null {
  const token = environment.TEST_STATIONS_METRICS_TOKEN;
  delete environment.TEST_STATIONS_METRICS_TOKEN;
  if (token === undefined || /^[\x21-\x7e]{32,200}$/.test(token)) return token ?? null;
  throw new CommandError(
    serverExit.usage,
    'TEST_STATIONS_METRICS_TOKEN must have 32 to 200 letters, digits or signs, and no blanks. Set a long random token, or unset the variable.',
  );
}

/**
 * Removes the secret that servers of one database share from the environment, so that no child process inherits it, and
 * returns it.
 * @throws CommandError if it is too short or otherwise unusable
 */
function takeSigningSecret(environment: NodeJS.ProcessEnv): string | null {
  const secret = environment.TEST_STATIONS_SIGNING_SECRET;
  delete environment.TEST_STATIONS_SIGNING_SECRET;
  if (secret === undefined || /^[\x21-\x7e]{32,200}$/.test(secret)) return secret ?? null;
  throw new CommandError(
    serverExit.usage,
    'TEST_STATIONS_SIGNING_SECRET must have 32 to 200 letters, digits or signs, and no blanks. Set a long random secret, or unset the variable.',
  );
}

/**
 * Removes the address of the PostgreSQL database, which contains its password, from the environment, so that no child process
 * inherits it, and returns it.
 * @throws CommandError if it is no such address
 */
function takeDatabaseUrl(environment: NodeJS.ProcessEnv): string | null {
  const url = environment.TEST_STATIONS_DATABASE_URL;
  delete environment.TEST_STATIONS_DATABASE_URL;
  if (url === undefined || /^postgres(ql)?:\/\/\S+$/.test(url)) return url ?? null;
  throw new CommandError(
    serverExit.usage,
    'TEST_STATIONS_DATABASE_URL is no address of a PostgreSQL database, such as postgres://USER:PASSWORD@HOST/DATABASE.',
  );
}

/**
 * Removes the key of an assistant's user from the environment, so that no child process inherits it, and returns it.
 * @throws CommandError if it cannot be a key
 */
function takeAssistantKey(environment: NodeJS.ProcessEnv): string | null {
  const key = environment.TEST_STATIONS_KEY;
  delete environment.TEST_STATIONS_KEY;
  if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key ?? null;
  throw new CommandError(serverExit.usage, 'TEST_STATIONS_KEY is no key. Set it to a user key, or unset the variable.');
}

/** Removes the key for the server whose runs are copied from the environment, and returns it. */
function takeSourceKey(environment: NodeJS.ProcessEnv): string | null {
  const key = environment.TOFUPILOT_API_KEY;
  delete environment.TOFUPILOT_API_KEY;
  return key !== undefined && /^[\x21-\x7e]{1,1000}$/.test(key) ? key : null;
}

/**
 * Removes the secret of the server at its OpenID Connect provider from the environment, so that no child process inherits
 * it, and returns it.
 */
function takeClientSecret(environment: NodeJS.ProcessEnv): string | null {
  const secret = environment.TEST_STATIONS_OIDC_CLIENT_SECRET;
  delete environment.TEST_STATIONS_OIDC_CLIENT_SECRET;
  return secret || null;
}

/** The pages are beside the bundle. A server that runs from source uses those of the last build. */
function findPagesFolder(): string {
  const here = dirname(process.argv[1] ?? '');
  return existsSync(join(here, 'webview')) ? join(here, 'webview') : join(here, '../../../dist/webview');
}

function fail(error: unknown): void {
  const failure = error instanceof CommandError ? error : (storageFailure(error) ?? diskFailure(error));
  log.error(failure?.message ?? `The station server failed: ${messageOf(error)}`);
  process.exit(failure?.exitCode ?? 1);
}

const storageFailure = (error: unknown): CommandError | null =>
  isStorageError(error) ? new CommandError(serverExit.storageUnusable, messageOf(error), error) : null;

function diskFailure(error: unknown): CommandError | null {
  const problem = diskProblem(error);
  return problem === null ? null : new CommandError(serverExit.diskTrouble, problem, error);
}

main().catch(fail);
