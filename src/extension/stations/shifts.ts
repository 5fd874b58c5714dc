import * as vscode from 'vscode';
import { shifts, type WorkCalendar, workCalendar } from '../../shared/contract/shifts.ts';
import { safeFileName } from '../../shared/format/fileNames.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { overlapOf } from '../../shared/shifts/shifts.ts';
import type { Connection } from '../connection/connection.ts';
import { pickStation, stationIdOf } from '../connection/pickStation.ts';
import type { Services } from '../connection/services.ts';
import { UserError } from '../vscode/userError.ts';

const scheme = 'test-stations-shifts';

interface OpenCalendar {
  readonly text: string;
  readonly loadedAt: number;
}

export function registerShiftCommand({ commands, connection, store }: Services): vscode.Disposable {
  commands.register('setShifts', async (argument) => {
    if (!(await connection.can('shifts'))) {
      throw new UserError(
        vscode.l10n.t('{0} cannot store shifts. Use a station server of Test Stations.', connection.serverName),
      );
    }
    const given = stationIdOf(argument);
    const known = given === undefined ? undefined : store.station(given);
    const { id, name } = known ?? (await pickStation(store, vscode.l10n.t('Set shifts of a station')));
    const path = `/${id}/${safeFileName(name)}.shifts.json`;
    await vscode.window.showTextDocument(vscode.Uri.from({ scheme, path }));
  });
  return vscode.workspace.registerFileSystemProvider(scheme, new CalendarFiles(connection), {
    isCaseSensitive: true,
  });
}

/** The calendars of stations as JSON documents `/<id of the station>/<name>.shifts.json`. Saving a document stores the calendar. */
class CalendarFiles implements vscode.FileSystemProvider {
  readonly #connection: Connection;
  readonly #open = new Map<string, OpenCalendar>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, loadedAt } = this.#open.get(uri.path) ?? (await this.#load(uri));
    return {
      type: vscode.FileType.File,
      ctime: loadedAt,
      mtime: loadedAt,
      size: new TextEncoder().encode(text).length,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode((await this.#load(uri)).text);
  }

  /** @throws FileSystemError when the text is not a calendar or the server refuses it; the document then stays unsaved */
  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const text = new TextDecoder().decode(content);
    try {
      const calendar = text.trim() === '' ? null : calendarOf(text);
      await this.#connection.call(shifts.setCalendar, { params: { id: stationOf(uri) }, body: { calendar } });
    } catch (error) {
      throw vscode.FileSystemError.Unavailable(messageOf(error));
    }
    this.#open.set(uri.path, { text, loadedAt: Date.now() });
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  async #load(uri: vscode.Uri): Promise<OpenCalendar> {
    try {
      const { calendar } = await this.#connection.call(shifts.getCalendar, { params: { id: stationOf(uri) } });
      const text = `${JSON.stringify(calendar ?? proposedCalendar(), null, 2)}\n`;
      const opened = { text, loadedAt: Date.now() };
      this.#open.set(uri.path, opened);
      return opened;
    } catch (error) {
      throw vscode.FileSystemError.Unavailable(messageOf(error));
    }
  }
}

const stationOf = ({ path }: vscode.Uri): string => path.split('/')[1] ?? '';

function calendarOf(text: string): WorkCalendar {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(vscode.l10n.t('The document is not JSON: {0}', messageOf(error)), { cause: error });
  }
  const parsed = workCalendar.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const overlap = overlapOf(parsed.data);
  if (overlap !== null) {
    throw new Error(vscode.l10n.t('The shifts “{0}” and “{1}” are at the same time.', overlap[0], overlap[1]));
  }
  return parsed.data;
}

function proposedCalendar(): WorkCalendar {
  const days: WorkCalendar['shifts'][number]['days'] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
  return {
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    shifts: [
      { name: vscode.l10n.t('Early shift'), days, from: '06:00', to: '14:00' },
      { name: vscode.l10n.t('Late shift'), days, from: '14:00', to: '22:00' },
    ],
    holidays: [],
  };
}
