export interface PythonTarget {
  /** The files in which it may be, relative to the folder of the procedure; absolute or with `~` if it is written so. */
  readonly files: readonly string[];
  readonly callable: string;
  /** Whether the file must be beside the procedure; a module without a folder may be an installed package. */
  readonly isPath: boolean;
}

/** Returns where a reference such as `phases.power:check` or `phases/power` leads. */
export function pythonTarget(reference: string): PythonTarget {
  const colon = reference.lastIndexOf(':');
  const isDrive = /^[A-Za-z]:[\\/]/.test(reference) && colon === 1;
  const module = colon < 0 || isDrive ? reference : reference.slice(0, colon);
  const isPath = /^[~.]|[\\/]/.test(module);
  const path = isPath ? module.replace(/\.py$/, '') : module.replaceAll('.', '/');
  const last = path.split(/[\\/]/).at(-1) ?? path;
  return {
    files: [`${path}.py`, `${path}/__init__.py`],
    callable: colon < 0 || isDrive ? last : reference.slice(colon + 1),
    isPath,
  };
}

/**
 * Returns the line, from 1, on which a Python file defines a function or class, imports it or assigns its name, within an `if` or
 * `try`, too; undefined if none does. `from x import *` counts if nothing else does.
 */
export function definitionLine(source: string, callable: string): number | undefined {
  const name = callable.replaceAll(/[^\w]/gu, '');
  const definition = new RegExp(
    `^\\s*(?:(?:(?:async\\s+)?def|class)\\s+${name}\\b|(?:\\w+\\s*[,=]\\s*)*${name}\\s*(?:[:,]|=(?!=))|(?:from|import)\\b.*\\b${name}\\b)`,
    'u',
  );
  const listed = new RegExp(`^(?:[^#]*[(,\\s])?${name}\\s*(?:[,)#]|\\bas\\b|$)`, 'u');
  const star = /^\s*from\b.*\bimport\s*\*/;
  let owner = ''; // the statement at the margin that the line is in
  let fallback: number | undefined;
  for (const [index, line] of source
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const isAtMargin = /^[^\s#)]/.test(line);
    if (isAtMargin) owner = line;
    const isOfModule = isAtMargin || /^(?:if|elif|else|try|except|finally|with|for|while|match)\b/.test(owner);
    if (isOfModule && definition.test(line)) return index + 1;
    if (!isAtMargin && /^from\b.*\bimport\s*\(/.test(owner) && listed.test(line)) return index + 1;
    if (isOfModule && star.test(line)) fallback ??= index + 1;
  }
  return fallback;
}
