import * as vscode from 'vscode';
import { nameBesideLabel, procedureLabel, type ProcedureReference } from '../../../shared/run/procedureChoice.ts';
import { mentionsV2Client } from '../../../shared/script/scriptHints.ts';
import { listProcedures } from '../../connection/procedureLinks.ts';
import type { Services } from '../../connection/services.ts';

/**
 * Matches from the name of the argument to the cursor in its string. The text is searched, because a string without an
 * end does not parse.
 */
const argumentPattern = /\bprocedure_id\s*=\s*[rRuU]?(["'])([^"'\\]*)$/;

export const procedureCompletion = (services: Services): vscode.CompletionItemProvider => ({
  provideCompletionItems: async (document, position) => {
    const { selected } = services.store;
    const line = document.lineAt(position.line).text;
    const match = argumentPattern.exec(line.slice(0, position.character));
    if (match === null || selected === undefined) return [];
    const [, quote = '', written = ''] = match;
    const rest = /^([\w.:+-]*)(["'])/.exec(line.slice(position.character));
    const isClosed = rest?.[2] === quote;
    const range = new vscode.Range(
      position.translate(0, -written.length),
      position.translate(0, isClosed ? (rest[1]?.length ?? 0) : 0),
    );
    const takesOnlyId = mentionsV2Client(document.getText());
    const all = await knownProcedures(services);
    const linked = services.store.station(selected.id)?.procedures ?? [];
    const others = all.filter(({ id }) => !linked.some((procedure) => procedure.id === id));
    const linkedWord = vscode.l10n.t('linked to {0}', selected.name);
    return [
      ...linked.map((procedure) => completion(procedure, linkedWord, `0${procedureLabel(procedure)}`)),
      ...others.map((procedure) => completion(procedure, '', `1${procedureLabel(procedure)}`)),
    ];

    function completion(procedure: ProcedureReference, description: string, sortText: string): vscode.CompletionItem {
      const label = procedureLabel(procedure);
      const name = nameBesideLabel(procedure);
      const detail = name === '' ? '' : `  ${name}`;
      const item = new vscode.CompletionItem({ label, detail, description }, vscode.CompletionItemKind.Reference);
      item.detail = procedure.name;
      item.insertText = (takesOnlyId ? procedure.id : (procedure.identifier ?? procedure.id)) + (isClosed ? '' : quote);
      item.filterText = `${label} ${procedure.name}`;
      item.sortText = sortText;
      item.range = range;
      return item;
    }
  },
});

async function knownProcedures({ connection, store, log }: Services): Promise<readonly ProcedureReference[]> {
  try {
    await store.update();
    return await listProcedures(connection);
  } catch (error) {
    log.warn(`procedures for completion: ${String(error)}`); // the linked ones are known without the server
    return [];
  }
}
