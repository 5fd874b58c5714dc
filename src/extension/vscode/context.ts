import * as vscode from 'vscode';

interface ContextKeys {
  /**
   * What the Stations view knows: nothing yet, the list, that the server of this machine is not available (`error`), or that
   * the one at an address wants a key or cannot be reached.
   */
  stations: 'loading' | 'ready' | 'error' | 'signedOut' | 'unreachable';
  remote: boolean;
  filtered: boolean;
  hasRuns: boolean;
  runsFiltered: boolean;
  /** Whether the filter of the Runs view finds nothing and there is no row that says so. */
  noMatchingRuns: boolean;
  hasKeptResults: boolean;
  running: boolean;
  questionWaits: boolean;
  hasStations: boolean;
  hasSelection: boolean;
  hasProcedure: boolean;
  runOpened: boolean;
  hasInstruments: boolean;
}

export function setContext<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void vscode.commands.executeCommand('setContext', `testStations.${key}`, value);
}
