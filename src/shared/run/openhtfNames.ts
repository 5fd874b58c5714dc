const exported = ['measures', 'plug', 'PhaseOptions', 'TestPhase', 'diagnose', 'monitors'];

export function openhtfNames(imports: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of imports) {
    const [, from, what = ''] = /^(?:from\s+([\w.]+)\s+)?import\s+([\s\S]*)$/.exec(statement) ?? [];
    if (from !== undefined && !isOpenhtf(from)) continue;
    for (const part of what.replace(/[()\\]|#.*$/gm, ' ').split(',')) {
      const [, name, alias] = /^\s*([\w.]+|\*)(?:\s+as\s+(\w+))?\s*$/.exec(part) ?? [];
      if (name === undefined || (from === undefined && !isOpenhtf(name))) continue;
      if (name === '*') for (const each of exported) names.set(each, each);
      else names.set(alias ?? name.split('.')[0] ?? name, name);
    }
  }
  return names;
}

const isOpenhtf = (module: string): boolean => module === 'openhtf' || module.startsWith('openhtf.');
