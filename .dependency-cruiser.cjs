/** Which folder of src/ may import which: `extension`, `server` and `webviews` import `shared`, and nothing else. */

const shared = ['shared'];

const modules = {
  'shared/contract': { imports: [], packages: ['zod'] },
  shared: { imports: [], packages: ['zod', '@lezer/', 'yaml', 'hyparquet', '@vscode/l10n'] },
  'extension/client': { imports: shared },
  'extension/vscode': { imports: shared, vscode: true },
  'extension/connection': { imports: ['extension/client', 'extension/vscode', ...shared], vscode: true },
  server: { imports: shared },
  webviews: {
    imports: shared,
    packages: ['zod', 'lit/', '@vscode-elements/', '@vscode/l10n', 'uplot', 'eventsource-parser'],
  },
};

/** The features that the user sees do not import each other. */
for (const feature of [
  'stations',
  'run',
  'operator',
  'uptime',
  'welcome',
  'doctor',
  'insight',
  'assistant',
  'people',
  'instruments',
]) {
  modules[`extension/${feature}`] = {
    imports: ['extension/connection', 'extension/client', 'extension/vscode', ...shared],
    vscode: true,
  };
}

const withoutNode = ['shared', 'webviews'];
const withoutVscode = Object.keys(modules).filter((name) => !modules[name].vscode);

const either = (names) => `(${names.join('|')})`;

const moduleRules = Object.entries(modules).map(([name, { imports }]) => ({
  name: `${name}-may-import`,
  comment: `src/${name} may import ${imports.length > 0 ? imports.map((each) => `src/${each}`).join(', ') : 'no other folder'}.`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/${either([name, ...imports])}/` },
}));

const packageRules = Object.entries(modules)
  .filter(([, { packages }]) => packages)
  .map(([name, { packages }]) => ({
    name: `${name}-packages`,
    comment: `Of packages, src/${name} may import ${packages.join(', ')}.`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: { path: 'node_modules/', pathNot: `node_modules/${either(packages)}` },
  }));

module.exports = {
  forbidden: [
    ...moduleRules,
    ...packageRules,
    {
      name: 'no-vscode',
      comment: 'Only folders that run in the extension host import vscode.',
      severity: 'error',
      from: { path: `^src/${either(withoutVscode)}/` },
      to: { path: '(^vscode$|node_modules/@types/vscode/)' },
    },
    {
      name: 'no-node',
      comment: 'These folders run in a browser, too.',
      severity: 'error',
      from: { path: `^src/${either(withoutNode)}/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sqlite-in-its-folder',
      comment: 'Only the SQLite engine of the store knows node:sqlite.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/store/sqlite/' },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'known-module',
      comment: 'Every file of src is in a folder that has rules here, or starts the extension.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(extension/(extension|app)\\.ts$|${either(Object.keys(modules))}/)` },
      to: {},
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-tests-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|scripts|tools)/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/runner/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
