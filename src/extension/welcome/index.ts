import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { setContext } from '../vscode/context.ts';
import { openSample, showOpenedSample } from './sampleWorkspace.ts';
import { openWalkthrough } from './walkthrough.ts';

export function registerWelcome({ commands, context, store }: Services): vscode.Disposable {
  commands.register('openWalkthrough', () => openWalkthrough(context));
  commands.register('openSample', (origin) => openSample(context, store, origin === 'walkthrough'));
  void showOpenedSample(context, store).catch((error: unknown) => commands.show(error));
  return store.onDidChange(() => {
    const station = store.stations?.find(({ id }) => id === store.selected?.id);
    setContext('hasProcedure', station !== undefined && station.procedures.length > 0);
  });
}
