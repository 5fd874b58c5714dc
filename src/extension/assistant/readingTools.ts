import * as vscode from 'vscode';
import type * as z from 'zod';
import type { checkScript, getSelection, openReport } from '../../shared/assistant/editorTools.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { runs } from '../../shared/contract/runs.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { activeScript, fileKindOf } from '../vscode/scriptFile.ts';
import { scanDocument } from '../vscode/scriptReader.ts';
import { setting } from '../vscode/settings.ts';
import type { AssistantDependencies } from './assistantDependencies.ts';
import { scriptInWorkspace } from './scriptInWorkspace.ts';

const maxEntries = 50;

export async function answerCheckScript(
  { store, diagnose }: AssistantDependencies,
  { script }: z.output<typeof checkScript.input>,
): Promise<z.input<typeof checkScript.output>> {
  const { uri } = await scriptInWorkspace(script);
  const document = await vscode.workspace.openTextDocument(uri);
  if (store.selected !== undefined) await store.update();
  const source = document.getText();
  const { isRunnable, usesOpenHtf, phases } = await scanDocument(document);
  const limitsEditor = await fileKindOf(document)?.loadLimitsEditor();
  const problems = (await diagnose(document)).map(({ range, message }) => ({ line: range.start.line + 1, message }));
  const declared = (limitsEditor?.editableMeasurements(source) ?? []).map(({ name, phases: of, line }) => {
    const [phase = null] = of;
    const found = limitsEditor?.limitsInScript(source, phase ?? '', name);
    const limits = found?.kind === 'limits' ? found.limits : undefined;
    return {
      name,
      phase,
      line,
      lower_limit: limits?.lower ?? null,
      upper_limit: limits?.upper ?? null,
      are_limits_known: limits !== undefined,
    };
  });
  return {
    is_runnable: isRunnable,
    uses_openhtf: usesOpenHtf,
    station: store.selected ?? null,
    problems: problems.slice(0, maxEntries),
    phases: phases.slice(0, maxEntries).map(({ name, line }) => ({ name, line })),
    measurements: declared.slice(0, maxEntries),
    has_more: Math.max(problems.length, phases.length, declared.length) > maxEntries,
  };
}

export async function answerGetSelection({
  connection,
  store,
}: AssistantDependencies): Promise<z.input<typeof getSelection.output>> {
  const { selected } = store;
  if (selected !== undefined) await store.update();
  const script = activeScript();
  const procedures = (selected && store.station(selected.id)?.procedures) ?? [];
  return {
    server: connection.serverName,
    station: selected ?? null,
    procedures: procedures.slice(0, maxEntries).map(({ id, name, identifier }) => ({
      id,
      name,
      identifier: identifier ?? null,
    })),
    script: script?.fsPath ?? null,
    has_unsaved_changes: vscode.window.activeTextEditor?.document.isDirty ?? false,
    is_workspace_trusted: vscode.workspace.isTrusted,
    may_run_scripts: setting('assistant.runs'),
  };
}

export async function answerOpenReport(
  { connection }: AssistantDependencies,
  { run_id }: z.output<typeof openReport.input>,
): Promise<z.input<typeof openReport.output>> {
  const id = runs.get.params.safeParse({ id: run_id });
  if (!id.success) throw new ToolError('run_id: it must be the UUID of a run, as the tools return it.');
  try {
    await connection.call(runs.get, { params: { id: run_id } });
  } catch (error) {
    throw new ToolError(`The run cannot be loaded: ${messageOf(error)}`);
  }
  await vscode.commands.executeCommand('testStations.openRun', run_id);
  return { is_open: true };
}
