import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { OutlinedGroup, OutlinedPhase, ScriptOutline } from '../../../shared/script/scriptInfo.ts';
import { lineRange } from '../../vscode/scriptFile.ts';
import { UserError } from '../../vscode/userError.ts';

export interface PlannedPhase {
  readonly name: string;
  readonly place: { readonly file: string; readonly line: number } | null;
}

interface ShownExecution {
  /** Counts from 1. */
  readonly number: number;
  /** Distinguishes its phases from those of others at the same time; by default, its number does. */
  readonly name?: string | undefined;
}

/**
 * The test items: scripts, and below them their phases. A phase that was found in the source has the id
 * `<script>#<name>`; a phase that only a run has shown, `<script>#<name>@<execution>.<position>`.
 */
export class TestItems {
  readonly controller: vscode.TestController;
  readonly #outlines = new Map<string, ScriptOutline>();
  readonly #groups = new WeakSet<vscode.TestItem>();
  readonly #running = new Map<string, { runs: number; executions: number }>();

  constructor(controller: vscode.TestController) {
    this.controller = controller;
  }

  scriptItem(script: vscode.Uri): vscode.TestItem {
    const id = script.toString();
    const known = this.controller.items.get(id);
    if (known !== undefined) return known;
    const path = vscode.workspace.asRelativePath(script);
    const item = this.controller.createTestItem(id, scriptLabel(path), script);
    item.sortText = path; // the scripts of a folder are together
    item.range = new vscode.Range(0, 0, 0, 0);
    this.controller.items.add(item);
    return item;
  }

  showOutline(file: vscode.Uri, outline: ScriptOutline): void {
    const id = file.toString();
    this.#outlines.set(id, outline);
    if (!outline.isRunnable) {
      this.controller.items.delete(id);
      return;
    }
    const script = this.scriptItem(file);
    const items = new Set(outline.phases.map((phase, index) => this.#showPhase(script, phase, index)));
    for (const phase of this.#phasesOf(script)) {
      if (!isFromRun(phase.id) && !items.has(phase)) phase.parent?.children.delete(phase.id);
    }
    for (const [id, item] of script.children) {
      if (this.#groups.has(item) && item.children.size === 0) script.children.delete(id);
    }
  }

  remove(file: vscode.Uri): void {
    this.#outlines.delete(file.toString());
    this.controller.items.delete(file.toString());
  }

  addRun(script: vscode.TestItem): void {
    const running = this.#running.get(script.id) ?? { runs: 0, executions: 0 };
    running.runs += 1;
    this.#running.set(script.id, running);
  }

  removeRun(script: vscode.TestItem): void {
    const running = this.#running.get(script.id);
    if (running !== undefined && --running.runs === 0) this.#running.delete(script.id);
  }

  /**
   * Numbers the next execution, from 1. Runs at the same time share the numbers, so that each has phases of its own.
   */
  nextExecution(script: vscode.TestItem): number {
    const running = this.#running.get(script.id);
    return running === undefined ? 1 : ++running.executions;
  }

  /**
   * Returns the items of the phases that an execution plans. The first execution of a run uses the items found in the
   * source, by name, and clears what earlier runs left; later executions add items below them.
   */
  planPhases(script: vscode.TestItem, phases: readonly PlannedPhase[], execution: ShownExecution): vscode.TestItem[] {
    if (execution.number === 1) {
      for (const item of this.#phasesOf(script)) {
        item.children.replace([]);
        if (isFromRun(item.id)) item.parent?.children.delete(item.id);
      }
    }
    // Groups may have phases of the same name.
    const known = new Map<string, vscode.TestItem[]>();
    for (const item of this.#phasesOf(script)) known.set(item.id, [...(known.get(item.id) ?? []), item]);
    return phases.map((phase, position) => {
      const found = execution.number > 1 ? undefined : known.get(`${script.id}#${phase.name}`)?.shift();
      if (found === undefined) return this.addUnplannedPhase(script, phase, execution, position);
      found.sortText = sortText(execution.number, position);
      return found;
    });
  }

  addUnplannedPhase(
    script: vscode.TestItem,
    { name, place }: PlannedPhase,
    { number, name: ofExecution }: ShownExecution,
    position: number,
  ): vscode.TestItem {
    const parent = this.#groupOf(script, name) ?? script;
    const own = nameIn(parent, name);
    const label = number > 1 ? `${own} (${ofExecution ?? number})` : own;
    const uri = place === null ? script.uri : vscode.Uri.file(place.file);
    const item = this.controller.createTestItem(`${script.id}#${name}@${number}.${position}`, label, uri);
    if (place !== null) item.range = lineRange(place.line);
    item.sortText = sortText(number, position);
    parent.children.add(item);
    return item;
  }

  attemptItem(phase: vscode.TestItem, attempt: number): vscode.TestItem {
    const id = `${phase.id}/${attempt}`;
    const existing = phase.children.get(id);
    if (existing !== undefined) return existing;
    const item = this.controller.createTestItem(id, vscode.l10n.t('Attempt {0}', attempt), phase.uri);
    if (phase.range !== undefined) item.range = phase.range;
    item.sortText = sortText(0, attempt);
    phase.children.add(item);
    return item;
  }

  /**
   * Returns the script and the name of a phase, also for an attempt, or of the group for what is in one; undefined if the item
   * is a script.
   */
  phaseOf(item: vscode.TestItem): { readonly script: vscode.Uri; readonly name: string } | undefined {
    const { parent } = item;
    if (parent === undefined) return undefined;
    if (parent.parent !== undefined) return this.phaseOf(parent);
    if (parent.uri === undefined) return undefined;
    return { script: parent.uri, name: item.id.slice(parent.id.length + 1).replace(fromRun, '') };
  }

  /** Returns the item that a menu of the Test Explorer was opened on, or the phase at the cursor of the active editor. */
  phaseArgument(argument: unknown): vscode.TestItem {
    const given = this.#itemOf(argument) ?? this.#phaseAtCursor();
    if (given !== undefined) return given;
    throw new UserError(
      vscode.l10n.t('Put the cursor into a phase of a script, or choose a phase in the Test Explorer.'),
    );
  }

  #itemOf(argument: unknown): vscode.TestItem | undefined {
    if (typeof argument !== 'object' || argument === null || !('id' in argument)) return undefined;
    for (const [, script] of this.controller.items) {
      for (const phase of [...this.#phasesOf(script), ...[...script.children].map(([, item]) => item)]) {
        if (phase.id === argument.id) return phase;
      }
    }
    return undefined;
  }

  #phaseAtCursor(): vscode.TestItem | undefined {
    const { document, selection } = vscode.window.activeTextEditor ?? {};
    if (document === undefined || selection === undefined) return undefined;
    const script = this.controller.items.get(document.uri.toString());
    const phases = [...(script?.children ?? [])].map(([, phase]) => phase);
    return phases.find(({ range }) => range?.contains(selection.active) === true);
  }

  measurementLocation(item: vscode.TestItem, phase: string, measurement: string): vscode.Location | undefined {
    if (item.uri === undefined) return undefined;
    const phases = this.#outlines.get(item.uri.toString())?.phases ?? [];
    const line = phases.find(({ name }) => name === phase)?.measurements[measurement];
    const range = line === undefined ? item.range : lineRange(line);
    return range && new vscode.Location(item.uri, range);
  }

  #showPhase(script: vscode.TestItem, { name, line, endLine, group }: OutlinedPhase, index: number): vscode.TestItem {
    const parent = group === undefined ? script : this.#showItem(script, script, group, group.line);
    if (group !== undefined) this.#groups.add(parent);
    return this.#showItem(script, parent, { name, line, endLine }, index);
  }

  #showItem(
    script: vscode.TestItem,
    parent: vscode.TestItem,
    { name, line, endLine }: OutlinedGroup,
    index: number,
  ): vscode.TestItem {
    const id = `${script.id}#${name}`;
    const known = parent.children.get(id);
    const item = known ?? this.controller.createTestItem(id, nameIn(parent, name), script.uri);
    if (known === undefined) parent.children.add(item);
    item.range = new vscode.Range(line - 1, 0, endLine - 1, Number.MAX_SAFE_INTEGER);
    item.sortText = sortText(1, index);
    return item;
  }

  #phasesOf(script: vscode.TestItem): vscode.TestItem[] {
    const items = [...script.children].map(([, item]) => item);
    return items.flatMap((item) => (this.#groups.has(item) ? [...item.children].map(([, phase]) => phase) : [item]));
  }

  #groupOf(script: vscode.TestItem, phase: string): vscode.TestItem | undefined {
    const items = [...script.children].map(([, item]) => item);
    return items.find((item) => this.#groups.has(item) && phase.startsWith(`${item.label}${inGroup}`));
  }
}

/**
 * Returns the name of a script with its folder behind it, which a narrow view cuts off first. A description could have the
 * folder, but screen readers are given that in place of the label.
 */
function scriptLabel(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? path : `${posix.basename(path)} (${folder})`;
}

const inGroup = ' / ';

const nameIn = (parent: vscode.TestItem, name: string): string =>
  name.startsWith(`${parent.label}${inGroup}`) ? name.slice(parent.label.length + inGroup.length) : name;

const fromRun = /@\d+\.\d+$/;
const isFromRun = (id: string): boolean => fromRun.test(id);

const sortText = (...numbers: readonly number[]): string =>
  numbers.map((each) => String(each).padStart(6, '0')).join('.');
