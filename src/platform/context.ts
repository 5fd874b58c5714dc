import * as vscode from 'vscode';

/** The `when` keys of the manifest, all below `testStations.`. */
interface ContextKeys {
  /** What the Stations view knows: nothing yet, the list, or that the server cannot be had. */
  stations: 'loading' | 'ready' | 'error';
  /** A script of ours runs in this window. */
  running: boolean;
  hasSelection: boolean;
  /** The selected station has a procedure. */
  hasProcedure: boolean;
  /** A run was opened for reading in this window. */
  runOpened: boolean;
}

/** The one place that sets `when` keys. */
export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', `testStations.${key}`, value);
}
