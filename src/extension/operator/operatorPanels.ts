import type * as vscode from 'vscode';
import * as z from 'zod';
import type { Services } from '../connection/services.ts';
import type { StationName } from '../connection/stationStore.ts';
import { PagePanels } from '../vscode/pagePanels.ts';

/** The Operator UIs of this window. The stations that have one are published: their prompts need no input box. */
export class OperatorPanels implements vscode.Disposable {
  readonly #panels = new Map<string, vscode.WebviewPanel>();
  readonly #pages: PagePanels;

  constructor(services: Services, onOpen: (station: string) => void) {
    const { connection, context, liveScripts } = services;
    const publish = (): void => liveScripts.setShownStations(new Set(this.#panels.keys()));
    this.#pages = new PagePanels('testStations.operator', context.extensionUri, async (panel, subject) => {
      const station = z.uuid().parse(subject);
      const { OperatorPanel } = await import('./operatorPanel.ts');
      if (!(await connection.can('operator').catch(() => true))) throw new Error('The server has no Operator UI.');
      const page = new OperatorPanel(panel, station, services);
      this.#panels.set(station, panel);
      onOpen(station);
      publish();
      panel.onDidDispose(() => {
        this.#panels.delete(station);
        publish();
      });
      return page;
    });
  }

  open({ id, name }: StationName): Promise<void> {
    return this.#pages.open(id, name);
  }

  isVisible(station: string): boolean {
    return this.#panels.get(station)?.visible === true;
  }

  dispose(): void {
    this.#pages.dispose();
  }
}
