import * as vscode from 'vscode';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
import { type FromUnitPage, fromUnitPage, type ShownUnit, type ToUnitPage } from '../../shared/contract/unitPage.ts';
import { type Unit, units } from '../../shared/contract/units.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import type { Connection } from '../connection/connection.ts';
import { type Attachment, downloadAttachment, DownloadedAttachments } from '../connection/downloadedAttachments.ts';
import type { Commands } from '../vscode/commands.ts';
import { webviewPage } from '../vscode/webviewPage.ts';
import type { Exports } from './export/exports.ts';
import { loadUnitRuns } from './unitHistory.ts';

export class UnitPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #serialNumber: string;
  readonly #connection: Connection;
  readonly #commands: Commands;
  readonly #exports: Exports;
  readonly #attachments: DownloadedAttachments;
  #unit: Unit | undefined;
  #pageCount = 1;

  constructor(
    panel: vscode.WebviewPanel,
    serialNumber: string,
    connection: Connection,
    commands: Commands,
    extension: vscode.Uri,
    exports: Exports,
  ) {
    this.#panel = panel;
    this.#serialNumber = serialNumber;
    this.#connection = connection;
    this.#commands = commands;
    this.#exports = exports;
    this.#attachments = new DownloadedAttachments((attachment) => downloadAttachment(connection, attachment));
    panel.title = oneLine(serialNumber);
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.webview.html = webviewPage(panel.webview, extension, 'unit', serialNumber);
  }

  async reveal(): Promise<void> {
    this.#panel.reveal();
    await this.#load();
  }

  dispose(): void {
    this.#attachments.dispose();
    this.#panel.dispose();
  }

  readonly #handlers: Handlers<FromUnitPage> = {
    ready: () => this.#load(),
    refresh: () => this.#load(),
    export: () => this.#exports.unit(this.#serialNumber),
    loadMore: () => {
      this.#pageCount += 1;
      return this.#load();
    },
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    openUnit: ({ serial_number }) => vscode.commands.executeCommand('testStations.openUnit', serial_number),
    mark: async () => {
      await vscode.commands.executeCommand('testStations.markUnit', this.#serialNumber);
      await this.#load();
    },
    compare: ({ runs }) => vscode.commands.executeCommand('testStations.compareRuns', ...runs),
    openAttachment: ({ attachment }) => this.#attachments.open(this.#attachment(attachment)),
    saveAttachment: ({ attachment }) => this.#attachments.save(this.#attachment(attachment)),
  };

  async #receive(message: unknown): Promise<void> {
    try {
      await dispatch(this.#handlers, fromUnitPage.parse(message));
    } catch (error) {
      await this.#commands.show(error);
    }
  }

  async #load(): Promise<void> {
    try {
      const params = { serial_number: this.#serialNumber };
      const [unit, { runs, hasMore }] = await Promise.all([
        this.#connection.call(units.get, { params }),
        loadUnitRuns(this.#connection, this.#serialNumber, this.#pageCount),
      ]);
      this.#unit = unit;
      this.#post({ type: 'unit', unit: shown(unit), runs, has_more: hasMore });
    } catch (error) {
      this.#post({ type: 'failed', message: this.#reasonOf(error) });
    }
  }

  #reasonOf(error: unknown): string {
    if (!(error instanceof ApiError && error.kind === 'notFound')) return messageOf(error);
    return vscode.l10n.t('{0} has no unit with this serial number.', this.#connection.serverName);
  }

  #attachment(id: string): Attachment {
    const found = this.#unit?.attachments.find((each) => each.id === id);
    if (!found) throw new Error(vscode.l10n.t('The unit no longer has this attachment.'));
    return found;
  }

  #post(message: ToUnitPage): void {
    void this.#panel.webview.postMessage(message);
  }
}

const shown = ({ metadata: _metadata, created_during: _run, attachments, ...unit }: Unit): ShownUnit => ({
  ...unit,
  attachments: attachments.map(({ id, name, size, content_type }) => ({ id, name, size, content_type })),
});
