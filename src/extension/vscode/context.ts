import * as vscode from 'vscode';

/** The `when` keys of the manifest, all below `testStations.`. */
interface ContextKeys {
  /**
   * What the Stations view knows: nothing yet, the list, that the server of this machine is not available (`error`), or that
   * the one at an address wants a key or cannot be reached.
   */
  stations: 'loading' | 'ready' | 'error' | 'signedOut' | 'unreachable';
  /** The server in use is at an address, not this machine's. */
  remote: boolean;
  /** The view shows only some of the stations. */
  filtered: boolean;
  /** The selected station has runs. */
  hasRuns: boolean;
  /** The Runs view shows only those of some serial numbers. */
  runsFiltered: boolean;
  /** Results wait on this machine. */
  hasKeptResults: boolean;
  /** A script of ours runs in this window. */
  running: boolean;
  /** A test of this window waits for an answer to a question that the user has dismissed. */
  questionWaits: boolean;
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
