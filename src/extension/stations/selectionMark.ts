import * as vscode from 'vscode';
import type { StationStore } from '../connection/stationStore.ts';

const scheme = 'test-stations-station';

export const selectionUri = (station: string): vscode.Uri => vscode.Uri.from({ scheme, path: `/${station}` });

export function selectionMark(store: StationStore): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let marked = store.selected?.id;
  return vscode.Disposable.from(
    changed,
    store.onDidChange(() => {
      if (store.selected?.id === marked) return;
      marked = store.selected?.id;
      changed.fire(undefined);
    }),
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration: (uri) =>
        uri.scheme === scheme && uri.path === `/${store.selected?.id}` ? new vscode.FileDecoration('✓') : undefined,
    }),
  );
}
