import type { StoragePlace } from '../attachments/storagePlace.ts';
import { type LogFormat, logFormats } from '../log.ts';
import { type CommandValues, parseCommandLine } from './commandValues.ts';
import {
  type ImportOptions,
  readFiles,
  readImportOptions,
  readSource,
  readZone,
  refuseFileOptions,
  refuseImportOptions,
} from './importOptions.ts';
import { type NetworkOptions, readNetworkOptions } from './networkOptions.ts';
import { type GivenProvider, readProviderOptions } from './providerOptions.ts';
import { readAttachments } from './storageOptions.ts';
import { readOtlpEndpoint } from './tracingOptions.ts';
import { usage, usageError } from './usage.ts';
import { readUserCommand, refuseUserOptions, type UserCommand } from './userOptions.ts';

export const help = `${usage}

Without a command: the station server of the data folder DIR, which is created if it does not exist.

--port        the port to listen on. Without it: the one of the last start if it is free, otherwise any.
--host        the address to listen on; 0.0.0.0 or :: for all.
--public-url  the address by which clients on other machines reach the server, without a path, such as
              https://stations.example.com. Needed behind a proxy, and where a container maps the port.
--cert, --key the certificate of that address, with its chain, and its private key, both in PEM: the server then
              speaks HTTPS. Without --port it listens on the port of --public-url.
--mqtt-port   the port of the live streams. Only without an https address: with one, they use that address.
--time-zone   Yields are counted by the days of this time zone, such as Europe/Berlin; without it, by those of this
              machine's time zone.
--log-format  text (for people) or json: one JSON object per line on stderr, for each request and each message.
--attachments where the contents of attachments are: a folder that exists, such as one on a file server, or s3://BUCKET/PREFIX in a
              storage that is compatible with S3, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and
              AWS_ENDPOINT_URL in the environment. Without it: in DIR. check and backup need the same option.
--otlp-endpoint
              sends traces of requests to a collector of OpenTelemetry at this address, such as http://127.0.0.1:4318. Without it,
              the environment variable OTEL_EXPORTER_OTLP_ENDPOINT decides.
--oidc-issuer, --oidc-client-id
              the OpenID Connect provider with which people sign in, and the id of this server there. Its secret is in the
              environment variable TEST_STATIONS_OIDC_CLIENT_SECRET. The address that the provider sends browsers back to is
              /sign-in/callback at --public-url. Only people with an account can sign in, by their e-mail address.
--oidc-domain lets people with an e-mail address of this domain sign in without an account, which is created then. It can be
              given several times. --oidc-role is the role of these accounts: viewer, which is the default, or engineer.
--oidc-trust-emails
              uses e-mail addresses although the provider does not say that they are verified. Only for a provider at which
              people cannot choose their own address.

Metrics for Prometheus are at /metrics, for programs of this machine. The environment variable TEST_STATIONS_METRICS_TOKEN sets a
token for others.

new-user-key  creates a further key of the user to whom DIR belongs and shows it once. With --name it replaces the earlier
              key of that name; the server keeps up to 20 named keys and ends the one that was unused longest.
              --revoke-others ends all earlier keys of that user.
user          the people who use the server of DIR, also while it runs. A ROLE is viewer (reads), engineer (changes), or
              administrator (also manages users). add and invite print an invitation, which its user exchanges for a
              personal key within seven days in Test Stations: Connect to Lab Server. With --print-key they print a key
              instead. revoke ends all keys of a user and keeps the name at what the user did.
check         looks for damage in DIR, also while its server runs; changes nothing. One line for each finding.
              Exit code 0: all is well. 1: there are findings.
backup        copies DIR as it is at one moment, also while its server runs: the database to FILE, the contents of
              attachments to the folder FILE.attachments. Nothing that exists is overwritten.
              Exit code 0: the backup is complete. 17: it can be used, and lacks the attachments named on stderr, whose
              files are missing or damaged in DIR. 14: the database is damaged; the files of DIR were copied as they are
              to the folder FILE.damaged, from which the server cannot start. Any other code: there is no backup.
              Contents in a storage that is compatible with S3 are not copied: its own tools do that.
              To restore a backup: stop the server, move DIR away, make it anew, copy FILE to DIR/stations.db and the
              folder FILE.attachments to DIR/attachments, and start the server. Read-only links to stations end then: the
              secret that signs them (DIR/signing.secret) is in no backup.
junit         prints a run as JUnit XML, for CI servers, also while the server of DIR runs: the run with the id ID, or the
              one that was stored last.
import        stores the test results in files as runs of a station and a procedure, also while the server of DIR runs: reports
              of OpenHTF and WATS (JSON), ATML, STDF, and CSV with a --mapping of its columns. The same result is stored once.
              --dry-run stores nothing and says what would be stored; --strict stores nothing if one result is bad. --part-number is for
              results without one, --time-zone for times that name none, and --serial-number "{lot}-{part_id}" for STDF. Exit code 0: all results are stored. 1: some are bad; stderr has the file, line and reason.
              With --from-tofupilot it copies the runs of the server at URL, which has TofuPilot's API, with their
              attachments. The user key for URL is in the environment variable TOFUPILOT_API_KEY. Stations and procedures
              are created by their names if they do not exist. Start it again to continue or to copy new runs.
              With --from-export it stores what "server.js export" wrote to a folder, in the same way.
export        writes all procedures, stations, units and runs with their attachments to a new folder, as JSON Lines and files,
              also while the server of DIR runs. Exit code 0: the export is complete. 1: it lacks the attachments named on
              stderr, whose files are missing or damaged in DIR. Without export.json in it, it is incomplete.
move          copies all data of DIR into the empty PostgreSQL database of TEST_STATIONS_DATABASE_URL (--to postgres), or back into
              a DIR without data (--to folder), and compares every row. No server may run on either. What is copied from stays
              as it is, and so do the contents of attachments. It can be repeated after an interruption.
mcp           serves an assistant, such as Claude Desktop, over standard input and output, with the tools of a station
              server: that of DIR, which is started if it does not run, or the one at URL. The user key for URL is in the
              environment variable TEST_STATIONS_KEY. DIR needs none; with a key, the assistant acts for its user.`;

export type Command =
  | { command: 'help' }
  | ({
      command: 'serve';
      data: string;
      timeZone: string;
      logFormat: LogFormat;
      provider: GivenProvider | null;
      attachments: StoragePlace | null;
      otlpEndpoint: string | null;
    } & NetworkOptions)
  | { command: 'new-user-key'; data: string; revokeOthers: boolean; name: string | null }
  | { command: 'user'; data: string; user: UserCommand }
  | { command: 'check'; data: string; attachments: StoragePlace | null }
  | { command: 'backup'; data: string; to: string; attachments: StoragePlace | null }
  | { command: 'junit'; data: string; run: string | null }
  | { command: 'import'; data: string; files: readonly string[]; options: ImportOptions }
  | { command: 'copy'; data: string; url: string; isDryRun: boolean; attachments: StoragePlace | null }
  | { command: 'import export'; data: string; from: string; isDryRun: boolean; attachments: StoragePlace | null }
  | { command: 'move'; data: string; to: 'postgres' | 'folder' }
  | { command: 'export'; data: string; output: string; attachments: StoragePlace | null }
  | { command: 'mcp'; place: { data: string } | { server: string } };

export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parseCommandLine(args);
  if (values.help) return { command: 'help' };
  const { data, to, server } = values;
  const [command = '', ...rest] = positionals;
  if (command !== 'import' && rest.length > (command === 'user' ? 1 : 0))
    throw usageError(`unknown command "${positionals.join(' ')}".`);
  if (command === 'mcp') return { command, place: readPlace(data, server) };
  if (server !== undefined) throw usageError('--server goes with mcp.');
  if (!data) throw usageError('--data DIR is missing: the folder in which the server keeps everything.');
  if (values['revoke-others'] && command !== 'new-user-key') {
    throw usageError('--revoke-others goes with new-user-key.');
  }
  if (values.name !== undefined && !['new-user-key', 'user'].includes(command)) {
    throw usageError('--name goes with new-user-key and with user add.');
  }
  if (command !== 'user') refuseUserOptions(values);
  if (command !== 'import') refuseImportOptions(values);
  if (to !== undefined && !['backup', 'move'].includes(command)) throw usageError('--to goes with backup and move.');
  const isCopy = values['from-tofupilot'] !== undefined || values['from-export'] !== undefined;
  const hasContents = ['', 'check', 'backup', 'export'].includes(command) || isCopy;
  if (values.attachments !== undefined && !hasContents) {
    throw usageError('--attachments goes with the start of the server, check, backup, export, and import --from-….');
  }
  if (values.output !== undefined && command !== 'export') throw usageError('--output goes with export.');
  if (values.run !== undefined && command !== 'junit') throw usageError('--run goes with junit.');
  switch (command) {
    case '':
      return readServe(data, values);
    case 'new-user-key':
      return { command, data, revokeOthers: values['revoke-others'] ?? false, name: readName(values.name) };
    case 'user':
      return { command, data, user: readUserCommand(rest[0] ?? '', values) };
    case 'check':
      return { command, data, attachments: readAttachments(values.attachments) };
    case 'backup':
      if (!to) throw usageError('--to FILE is missing: where the backup is to be written.');
      return { command, data, to, attachments: readAttachments(values.attachments) };
    case 'import':
      return readImport(data, rest, values);
    case 'move':
      if (to === 'postgres' || to === 'folder') return { command, data, to };
      throw usageError('move needs --to postgres or --to folder: where the data are copied to.');
    case 'export':
      if (!values.output) throw usageError('--output DIR is missing: the new folder that the export is written to.');
      return { command, data, output: values.output, attachments: readAttachments(values.attachments) };
    case 'junit':
      return { command, data, run: values.run ?? null };
    default:
      throw usageError(`unknown command "${command}".`);
  }
}

function readServe(data: string, values: CommandValues): Command {
  const network = readNetworkOptions(values);
  const provider = readProviderOptions(values, network.publicUrl);
  return {
    command: 'serve',
    data,
    timeZone: readTimeZone(values['time-zone']),
    logFormat: readLogFormat(values['log-format']),
    provider,
    attachments: readAttachments(values.attachments),
    otlpEndpoint: readOtlpEndpoint(values['otlp-endpoint']),
    ...network,
  };
}

function readImport(data: string, files: readonly string[], values: CommandValues): Command {
  if (values['from-export'] !== undefined) {
    refuseFileOptions('--from-export', files, values);
    const { 'from-export': from, 'dry-run': isDryRun = false, attachments } = values;
    return { command: 'import export', data, from, isDryRun, attachments: readAttachments(attachments) };
  }
  if (values['from-tofupilot'] === undefined) {
    return { command: 'import', data, files: readFiles(files), options: readImportOptions(values) };
  }
  return {
    command: 'copy',
    data,
    url: readSource(values['from-tofupilot'], files, values),
    isDryRun: values['dry-run'] ?? false,
    attachments: readAttachments(values.attachments),
  };
}

function readPlace(data: string | undefined, server: string | undefined): { data: string } | { server: string } {
  if (data && server === undefined) return { data };
  const url = URL.parse(server ?? '');
  if (data || server === undefined) throw usageError('mcp needs either --data DIR or --server URL.');
  if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`) {
    return { server: url.origin };
  }
  throw usageError('--server must be the address of a station server, such as https://stations.example.com.');
}

function readName(name: string | undefined): string | null {
  if (name === undefined || /^[\x21-\x7e]{1,100}$/.test(name)) return name ?? null;
  throw usageError('--name must have 1 to 100 letters, digits or signs, and no blanks.');
}

function readLogFormat(name = 'text'): LogFormat {
  const format = logFormats.find((each) => each === name);
  if (format !== undefined) return format;
  throw usageError(`--log-format must be ${logFormats.join(' or ')} and is "${name}".`);
}

function readTimeZone(name: string | undefined): string {
  if (name === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  return readZone(name).zone;
}
