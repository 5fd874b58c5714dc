import * as vscode from 'vscode';
import { procedureJsonSchema } from '../../../shared/contract/procedureFile.ts';
import { ProcedureSchema, type Suggestion } from '../../../shared/procedure/schemaHelp.ts';

/** Extensions that check, complete and explain a YAML file by its schema, which then need not be done twice. */
const schemaExtensions = ['redhat.vscode-yaml'];

export const hasSchemaExtension = (): boolean =>
  schemaExtensions.some((id) => vscode.extensions.getExtension(id) !== undefined);

let loaded: ProcedureSchema | undefined;
const schema = (): ProcedureSchema => (loaded ??= new ProcedureSchema(procedureJsonSchema()));

export function completionsAt(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  if (hasSchemaExtension()) return [];
  const { suggestions, replacedLength } = schema().suggestionsAt(document.getText(), document.offsetAt(position));
  const range = new vscode.Range(position.translate(0, -replacedLength), position);
  const isBeforeColon = /^[\w-]*\s*:/.test(document.lineAt(position.line).text.slice(position.character));
  return suggestions.map((suggestion, index) => completion(suggestion, index, range, isBeforeColon));
}

export function hoverAt(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const word = document.getWordRangeAtPosition(position, /[\w-]+/);
  if (hasSchemaExtension() || word === undefined) return undefined;
  const text = schema().describe(document.getText(), document.offsetAt(word.start));
  return text === null ? undefined : new vscode.Hover(new vscode.MarkdownString(text), word);
}

function completion(
  { label, insert, description, isRequired, kind }: Suggestion,
  index: number,
  range: vscode.Range,
  isBeforeColon: boolean,
): vscode.CompletionItem {
  const isKey = kind === 'key';
  const item = new vscode.CompletionItem(
    label,
    isKey ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember,
  );
  item.range = range;
  item.insertText = isKey && isBeforeColon ? label : insert;
  item.filterText = label.replaceAll(/^'|'$/g, '');
  item.sortText = `${isRequired ? 0 : 1}${String(index).padStart(3, '0')}`;
  if (isRequired) item.detail = vscode.l10n.t('required');
  if (description !== null) item.documentation = description;
  // The lines that are inserted have their indentation already.
  item.keepWhitespace = true;
  if (isKey && insert.endsWith(' ')) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}
