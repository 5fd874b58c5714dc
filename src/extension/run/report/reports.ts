import * as vscode from 'vscode';
import * as z from 'zod';
import type { Services } from '../../connection/services.ts';
import { PagePanels } from '../../vscode/pagePanels.ts';
import type { UploadQueue } from '../uploads/uploadQueue.ts';
import type { ReportPanel } from './reportPanel.ts';

const pendingPrefix = 'kept:';

/** The reports of runs. The subject of a page is the id of a run, or the prefixed id of a pending upload. */
export class Reports implements vscode.Disposable {
  readonly #pages: PagePanels;

  constructor(services: Services, uploads: UploadQueue) {
    const { extensionUri } = services.context;
    this.#pages = new PagePanels('testStations.report', extensionUri, (panel, subject) =>
      createPage(panel, subject, services, uploads),
    );
  }

  async open(argument: unknown): Promise<void> {
    await this.#pages.open(z.uuid().parse(argument), vscode.l10n.t('Run'));
  }

  async openPending(id: string): Promise<void> {
    await this.#pages.open(pendingPrefix + id, vscode.l10n.t('Run'));
  }

  dispose(): void {
    this.#pages.dispose();
  }
}

async function createPage(
  panel: vscode.WebviewPanel,
  subject: string,
  services: Services,
  uploads: UploadQueue,
): Promise<ReportPanel> {
  const [{ ReportPanel }, { pendingSource, runSource }] = await Promise.all([
    import('./reportPanel.ts'),
    import('./reportSource.ts'),
  ]);
  if (!subject.startsWith(pendingPrefix)) {
    return new ReportPanel(panel, subject, services, runSource(services.connection, subject));
  }
  const id = subject.slice(pendingPrefix.length);
  const page = new ReportPanel(panel, subject, services, pendingSource(uploads, id, services.connection));
  const subscription = uploads.onDidChange(() => {
    if (uploads.runIdOf(id) !== undefined) void page.refreshUnsaved();
  });
  panel.onDidDispose(() => {
    subscription.dispose();
  });
  return page;
}
