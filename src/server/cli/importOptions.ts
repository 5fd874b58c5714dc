import { partNumber } from '../../shared/contract/numbers.ts';
import { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import type { CommandValues } from './commandValues.ts';
import { usageError } from './usage.ts';

export interface ImportOptions {
  /** The name or id of the station whose runs they become. */
  readonly station: string;
  /** The name, identifier or id of the procedure. */
  readonly procedure: string;
  /** A file that says what the columns of CSV mean. */
  readonly mapping: string | null;
  readonly partNumber: string | null;
  /** Of times that name none. */
  readonly timeZone: Calendar | null;
  /** The template of the serial numbers of STDF. */
  readonly serialNumber: string | null;
  readonly isDryRun: boolean;
  readonly isStrict: boolean;
}

const importOptions = ['station', 'procedure', 'mapping', 'part-number', 'serial-number', 'strict'] as const;
const fileOptions = [...importOptions, 'time-zone'] as const;

export function readSource(text: string, files: readonly string[], values: CommandValues): string {
  const url = URL.parse(text);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    !/^\/?$/.test(url.pathname + url.search + url.hash)
  ) {
    throw usageError('--from-tofupilot must be the address of a server, such as https://www.tofupilot.app.');
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLocal) {
    throw usageError('--from-tofupilot must be an https address: the key would be sent in the clear.');
  }
  refuseFileOptions('--from-tofupilot', files, values);
  return url.origin;
}

export function refuseFileOptions(source: string, files: readonly string[], values: CommandValues): void {
  if (files.length > 0) throw usageError(`import needs either files or ${source}.`);
  const option = fileOptions.find((each) => values[each] !== undefined);
  if (option !== undefined) throw usageError(`--${option} goes with files.`);
}

/** @throws CommandError when an option is missing or wrong */
export function readImportOptions(values: CommandValues): ImportOptions {
  const { station, procedure, mapping = null } = values;
  if (!station) throw usageError('--station NAME is missing: the station whose runs they become.');
  if (!procedure) throw usageError('--procedure NAME is missing: the procedure of the runs.');
  return {
    station,
    procedure,
    mapping,
    partNumber: values['part-number'] === undefined ? null : readPartNumber(values['part-number']),
    timeZone: values['time-zone'] === undefined ? null : readZone(values['time-zone']),
    serialNumber: values['serial-number'] === undefined ? null : readSerialNumber(values['serial-number']),
    isDryRun: values['dry-run'] ?? false,
    isStrict: values.strict ?? false,
  };
}

function readPartNumber(text: string): string {
  const { data, error } = partNumber.safeParse(text);
  if (data !== undefined) return data;
  throw usageError(`--part-number: ${error.issues[0]?.message ?? 'not allowed'}`);
}

export function readZone(name: string): Calendar {
  try {
    return new Calendar(name);
  } catch {
    throw usageError(`--time-zone must be a name such as Europe/Berlin and is "${name}".`);
  }
}

const serialParts = ['lot', 'sublot', 'wafer', 'x', 'y', 'part_id'];

function readSerialNumber(template: string): string {
  const used = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const unknown = used.find((name) => !serialParts.includes(name));
  if (unknown !== undefined || used.length === 0) {
    const known = serialParts.map((name) => `{${name}}`).join(', ');
    throw usageError(`--serial-number is a text with ${known}, such as "{lot}-{part_id}", and is "${template}".`);
  }
  return template;
}

export function readFiles(files: readonly string[]): readonly string[] {
  if (files.length > 0) return files;
  throw usageError('import needs at least one FILE.');
}

export function refuseImportOptions(values: CommandValues): void {
  const option = [...importOptions, 'dry-run' as const].find((each) => values[each] !== undefined);
  if (option !== undefined) throw usageError(`--${option} goes with import.`);
}
