import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as vscode from 'vscode';
import { outlineOf, testFilesGlob } from '../../../shared/script/testFiles.ts';
import type { Log } from '../../vscode/log.ts';
import { ignoredFolders, isScriptFile } from '../../vscode/scriptFile.ts';
import type { TestItems } from './testItems.ts';

const debounceMs = 300;

/**
 * Finds the scripts and their phases by reading files, without running them: open files as they are typed, and those of
 * the workspace once the Test Explorer is shown.
 */
export class Discovery implements vscode.Disposable {
  readonly #items: TestItems;
  readonly #log: Log;
  readonly #registrations: vscode.Disposable[];
  readonly #changed = new Map<string, vscode.Uri>();
  #timer: NodeJS.Timeout | undefined;
  #isWatching = false;

  constructor(items: TestItems, log: Log) {
    this.#items = items;
    this.#log = log;
    const { controller } = items;
    controller.resolveHandler = (item) => (item === undefined ? this.#discover() : undefined);
    controller.refreshHandler = () => this.#discover();
    this.#registrations = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#scheduleDocument(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#scheduleDocument(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#scheduleDocument(document)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void (this.#isWatching && this.#discover())),
    ];
    for (const document of vscode.workspace.textDocuments) this.#scheduleDocument(document);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#registrations).dispose();
  }

  async #discover(): Promise<void> {
    this.#watch();
    const start = performance.now();
    const files = await scriptFilesOnDisk();
    const found = new Set(files.map(String));
    for (const [id, item] of this.#items.controller.items) {
      if (!found.has(id) && item.uri !== undefined && !isOpen(item.uri)) this.#items.remove(item.uri);
    }
    for (const file of files) {
      await this.#read(file);
      await nextTurn();
    }
    this.#log.info(`${files.length} scripts read in ${Math.round(performance.now() - start)} ms`);
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const watcher = vscode.workspace.createFileSystemWatcher(testFilesGlob);
    watcher.onDidCreate((file) => this.#schedule(file));
    watcher.onDidChange((file) => this.#schedule(file));
    watcher.onDidDelete((file) => this.#items.remove(file));
    this.#registrations.push(watcher);
  }

  #scheduleDocument(document: vscode.TextDocument): void {
    if (isScriptFile(document)) this.#schedule(document.uri);
  }

  #schedule(file: vscode.Uri): void {
    this.#changed.set(file.toString(), file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#readChanged(), debounceMs);
  }

  async #readChanged(): Promise<void> {
    const files = [...this.#changed.values()];
    this.#changed.clear();
    // The settings decide whether a file counts that was neither opened nor shown before.
    const isNew = (file: vscode.Uri): boolean =>
      !isOpen(file) && this.#items.controller.items.get(file.toString()) === undefined;
    const found = files.some(isNew) ? new Set((await scriptFilesOnDisk()).map(String)) : undefined;
    for (const file of files) {
      if (isNew(file) && found?.has(file.toString()) !== true) continue;
      await this.#read(file);
      await nextTurn();
    }
  }

  async #read(file: vscode.Uri): Promise<void> {
    try {
      const document = openDocument(file);
      const source = document?.getText() ?? (await readFile(file.fsPath, 'utf8'));
      const outline = await outlineOf(file.path, source, document?.languageId);
      if (outline === undefined) this.#items.remove(file);
      else this.#items.showOutline(file, outline);
    } catch (error) {
      this.#items.remove(file); // it was removed, or must not be read
      this.#log.debug(`${file.fsPath} was not read: ${String(error)}`);
    }
  }
}

const openDocument = (file: vscode.Uri): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
const isOpen = (file: vscode.Uri): boolean => openDocument(file) !== undefined;

/** Returns the files on disk, without those that `files.exclude`, `search.exclude` or `ignoredFolders` exclude. */
async function scriptFilesOnDisk(): Promise<vscode.Uri[]> {
  const configured = vscode.workspace.getConfiguration('search').get<Record<string, unknown>>('exclude') ?? {};
  const patterns = Object.keys(configured).filter((pattern) => configured[pattern] === true && !/[{,]/.test(pattern));
  const excludes = [...patterns, ...ignoredFolders.map((folder) => `**/${folder}/**`)];
  const files = await vscode.workspace.findFiles(testFilesGlob, `{${excludes.join(',')}}`);
  return files.filter(({ scheme }) => scheme === 'file');
}
