export interface PythonTarget {
  /** The files in which it may be, relative to the folder of the procedure; absolute or with `~` if it is written so. */
  readonly files: readonly string[];
  /** The name of the function or class. */
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

/** Returns the line, from 1, on which a Python file defines a function or class, or assigns its name; undefined if none does. */
export function definitionLine(source: string, callable: string): number | undefined {
  const name = callable.replaceAll(/[^\w]/gu, '');
  const definition = new RegExp(
    `^(?:(?:async\\s+)?def|class)\\s+${name}\\b|^${name}\\s*[:=]|^(?:from|import)\\b.*\\b${name}\\b`,
    'u',
  );
  const index = source.split('\n').findIndex((line) => definition.test(line));
  return index < 0 ? undefined : index + 1;
}
