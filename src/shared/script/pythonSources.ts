/** A Python file of the workspace. */
export interface PythonFile {
  path: string;
  text: string;
}

export interface SourcePlace {
  path: string;
  /** From 1. */
  line: number;
}

/** `def name(` at the start of a line, as a phase is defined. */
const definition = /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(/gm;

/**
 * Where the functions of these phases are defined. Where several files define one, the file wins that defines most of the
 * phases: it is the likeliest to be the script that ran.
 */
export function phaseSources(phases: readonly string[], files: readonly PythonFile[]): Map<string, SourcePlace> {
  const wanted = new Set(phases);
  const found = files
    .map(({ path, text }) => {
      const lines = new Map<string, number>();
      for (const match of text.matchAll(definition)) {
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

/** The file of the workspace that a log's source is: the same path, or the only file of that name. */
export function sourceFile(source: string, paths: readonly string[]): string | null {
  if (paths.includes(source)) return source;
  const sameName = paths.filter((path) => baseName(path) === baseName(source));
  return sameName.length === 1 ? (sameName[0] ?? null) : null;
}

export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
