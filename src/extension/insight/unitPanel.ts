import * as vscode from 'vscode';
import type { Handlers } from '../../shared/contract/messages.ts';
import { type FromUnitPage, fromUnitPage, type ShownUnit, type ToUnitPage } from '../../shared/contract/unitPage.ts';
import { type Unit, units } from '../../shared/contract/units.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import type { Connection } from '../connection/connection.ts';
import { type Attachment, downloadAttachment, DownloadedAttachments } from '../connection/downloadedAttachments.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';
import type { Exports } from './export/exports.ts';
import { loadUnitRuns } from './unitHistory.ts';

export class UnitPanel extends Page<FromUnitPage, ToUnitPage> {
  readonly #serialNumber: string;
  readonly #connection: Connection;
  readonly #exports: Exports;
  readonly #attachments: DownloadedAttachments;
  #unit: Unit | undefined;
  #pageCount = 1;

  constructor(panel: vscode.WebviewPanel, serialNumber: string, services: Services, exports: Exports) {
    super(panel, services, 'unit', serialNumber, fromUnitPage);
    this.#serialNumber = serialNumber;
    this.#connection = services.connection;
    this.#exports = exports;
    this.#attachments = new DownloadedAttachments((attachment) => downloadAttachment(this.#connection, attachment));
    panel.title = oneLine(serialNumber);
  }

  override async reveal(): Promise<void> {
    this.panel.reveal();
    await this.#load();
  }

  override dispose(): void {
    this.#attachments.dispose();
    this.panel.dispose();
  }

  protected override readonly handlers: Handlers<FromUnitPage> = {
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

  async #load(): Promise<void> {
    try {
      const params = { serial_number: this.#serialNumber };
      const [unit, { runs, hasMore }] = await Promise.all([
        this.#connection.call(units.get, { params }),
        loadUnitRuns(this.#connection, this.#serialNumber, this.#pageCount),
      ]);
      this.#unit = unit;
      this.post({ type: 'unit', unit: shown(unit), runs, has_more: hasMore });
    } catch (error) {
      this.post({ type: 'failed', message: this.#reasonOf(error) });
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
}

const shown = ({ metadata: _metadata, created_during: _run, attachments, ...unit }: Unit): ShownUnit => ({
  ...unit,
  attachments: attachments.map(({ id, name, size, content_type }) => ({ id, name, size, content_type })),
});
