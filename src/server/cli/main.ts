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
import { takeSecrets } from './secrets.ts';
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
  const secrets = takeSecrets(process.env);
  const { databaseUrl } = secrets;
  const storageVariables = takeStorageVariables(process.env);
  const tracingVariables = takeTracingVariables(process.env);
  const command = readCommand(process.argv.slice(2));
  if (command.command === 'help') {
    console.log(help);
    return;
  }
  if (databaseUrl !== null) requireForPostgres(command);
  const openPlaces = (data: string, attachments: StoragePlace | null) => {
    const bucket = bucketOptions(attachments, storageVariables);
    return { bucket, folder: DataFolder.existing(data, databaseUrl, folderOf(attachments)) };
  };
  if (command.command === 'check') {
    const { folder, bucket } = openPlaces(command.data, command.attachments);
    const { check } = await import('./check.ts');
    for await (const finding of check(folder, bucket)) {
      console.log(finding);
      process.exitCode = 1;
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
    const folder = DataFolder.existing(command.data, databaseUrl);
    print(await importFiles(folder, command.files, command.options, console.error));
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
    const { folder, bucket } = openPlaces(command.data, command.attachments);
    const { lines, problems } = await exportData(folder, command.output, bucket, console.error);
    print({ lines, bad: problems });
    return;
  }
  if (command.command === 'import export') {
    const { importExport } = await import('./importExport.ts');
    const { folder, bucket } = openPlaces(command.data, command.attachments);
    print(await importExport(folder, { ...command, bucket }, console.error));
    return;
  }
  if (command.command === 'copy') {
    const { importFromServer } = await import('./importFromServer.ts');
    const { folder, bucket } = openPlaces(command.data, command.attachments);
    print(await importFromServer(folder, { ...command, bucket }, secrets.sourceKey, console.error));
    return;
  }
  if (command.command === 'mcp') {
    const { assistantOverStdio } = await import('./assistantOverStdio.ts');
    await assistantOverStdio(command.place, secrets.assistantKey);
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
    provider: command.provider && { ...command.provider, clientSecret: secrets.clientSecret },
    bucket: bucketOptions(command.attachments, storageVariables),
    collector: collectorOptions(command.otlpEndpoint, tracingVariables),
    ...secrets,
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

function print({ lines, bad }: { readonly lines: readonly string[]; readonly bad: number }): void {
  console.log(lines.join('\n'));
  if (bad > 0) process.exitCode = 1;
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
