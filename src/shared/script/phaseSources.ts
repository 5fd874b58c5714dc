import { baseName } from '../format/fileNames.ts';
import { testFileKind } from './testFiles.ts';

export interface ScriptFile {
  path: string;
  text: string;
}

export interface SourcePlace {
  path: string;
  line: number;
}

/** If several files define a phase, the one that defines most of them wins: it is most likely the script that ran. */
export function phaseSources(phases: readonly string[], files: readonly ScriptFile[]): Map<string, SourcePlace> {
  const wanted = new Set(phases);
  const found = files
    .map(({ path, text }) => {
      const lines = new Map<string, number>();
      // Not the parser, because thousands of files are searched while a report opens.
      for (const match of text.matchAll(testFileKind(path)?.phaseDefinition ?? /$^/g)) {
        const [, name = ''] = match;
        if (wanted.has(name) && !lines.has(name)) lines.set(name, lineAt(text, match.index));
      }
      return { path, lines };
    })
    .sort((a, b) => a.lines.size - b.lines.size);
  return new Map(
    found.flatMap(({ path, lines }) => [...lines].map(([name, line]): [string, SourcePlace] => [name, { path, line }])),
  );
}

export function sourceFile(source: string, paths: readonly string[]): string | null {
  if (paths.includes(source)) return source;
  const sameName = paths.filter((path) => baseName(path) === baseName(source));
  return sameName.length === 1 ? (sameName[0] ?? null) : null;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
