import { baseName } from '../format/fileNames.ts';
import { mayDefineTests, mayHaveMarks } from './scriptHints.ts';
import type { ScriptInfo } from './scriptInfo.ts';

const mayBeSuite = (source: string): boolean => /^(?:\|\s)?\s*\*+\s*(?:test cases?|tasks?)\b/im.test(source);

export type LimitsEditor = Pick<
  typeof import('./scriptScan.ts'),
  'editableMeasurements' | 'limitsEdit' | 'limitsInScript'
>;

/** A kind of files that can be run as tests, and what their source shows. `src/extension/run/kinds` has how they run. */
export interface TestFileKind {
  /** VS Code's language whose documents are all of this kind; null if the name of the file decides alone. */
  readonly language: string | null;
  /** The names of the files, each a whole name or `*` with an ending. */
  readonly fileNames: readonly string[];
  /** Whether a source is worth a scan for tests. A cheap search, which must not miss anything that `scan` finds. */
  readonly mayDefineTests: (source: string) => boolean;
  readonly mayHaveMarks: (source: string) => boolean;
  /** Reads a source without running it. @param fileName without its folder */
  readonly scan: (source: string, fileName: string) => Promise<ScriptInfo>;
  /** Finds the places that define phases; the first group is the name. */
  readonly phaseDefinition: RegExp;
  /** Loads what reads and edits the limits in a source. */
  readonly loadLimitsEditor: () => Promise<LimitsEditor>;
}

export const pythonFiles: TestFileKind = {
  language: 'python',
  fileNames: ['*.py'],
  mayDefineTests,
  mayHaveMarks,
  scan: async (source, fileName) => (await import('./scriptScan.ts')).scanScript(source, fileName),
  phaseDefinition: /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(/gm,
  loadLimitsEditor: () => import('./scriptScan.ts'),
};

/** Suites of Robot Framework, and their resource files, which define no tests. */
export const robotFiles: TestFileKind = {
  language: 'robotframework',
  fileNames: ['*.robot', '*.resource'],
  mayDefineTests: mayBeSuite,
  mayHaveMarks: mayBeSuite,
  scan: async (source) => (await import('./robotScan.ts')).scanRobot(source),
  phaseDefinition: /^(\S.*?)[ \t]*$/gm,
  loadLimitsEditor: () => import('./robotScan.ts'),
};

const stages = /(?:^|[\s{,'"\uFEFF])(?:setup|main|teardown)['"]?\s*:/m;

export const procedureFiles: TestFileKind = {
  language: null,
  fileNames: ['procedure.yaml', 'procedure.yml'],
  mayDefineTests: (source) => stages.test(source),
  mayHaveMarks: (source) => stages.test(source),
  scan: async (source, fileName) => (await import('../procedure/procedureScan.ts')).scanProcedure(source, fileName),
  phaseDefinition: /^[ \t]*(?:-[ \t]+)?name:[ \t]*["']?([^"'#\n]*[^"'#\s])["']?[ \t]*(?:#.*)?$/gm,
  loadLimitsEditor: () => import('./procedureLimits.ts'),
};

export const testFileKinds: readonly TestFileKind[] = [pythonFiles, robotFiles, procedureFiles];

/** @param path with or without a folder @param language VS Code's, if the file is open */
export function testFileKind(path: string, language?: string): TestFileKind | undefined {
  return (
    testFileKinds.find((kind) => kind.language !== null && kind.language === language) ??
    testFileKinds.find(({ fileNames }) => fileNames.some((name) => isNamed(baseName(path), name)))
  );
}

/** Returns what people call a test: its file, or the folder of a procedure, because all procedures have the same file name. */
export function testName(path: string): string {
  const name = baseName(path);
  if (testFileKind(path) !== procedureFiles) return name;
  const folder = baseName(path.slice(0, -name.length - 1));
  return folder === '' ? name : folder;
}

/** Returns undefined if the file certainly defines no tests. @param language VS Code's, if the file is open */
export async function outlineOf(path: string, source: string, language?: string): Promise<ScriptInfo | undefined> {
  const kind = testFileKind(path, language);
  return kind?.mayDefineTests(source) === true ? kind.scan(source, baseName(path)) : undefined;
}

export const testFilesGlob = `{${testFileKinds.flatMap(({ fileNames }) => fileNames.map((name) => `**/${name}`)).join(',')}}`;

export const testFileEndings: readonly string[] = [
  ...new Set(testFileKinds.flatMap(({ fileNames }) => fileNames.map((name) => name.replace(/^.*\./, '')))),
];

function isNamed(fileName: string, name: string): boolean {
  const lower = fileName.toLowerCase();
  return name.startsWith('*') ? lower.endsWith(name.slice(1)) : lower === name;
}
