/** The arrows between the rooms of src/, as ARCHITECTURE.md draws them. */

const rooms = {
  contract: { ours: [], packages: ['zod'] },
  domain: { ours: ['contract'], packages: ['zod', '@lezer/'] },
  client: { ours: ['contract', 'domain'] },
  platform: { ours: ['domain'], vscode: true },
  connection: { ours: ['client', 'platform', 'contract', 'domain'], vscode: true },
  server: { ours: ['contract', 'domain'] },
  webview: {
    ours: ['contract', 'domain'],
    packages: ['zod', 'lit/', '@vscode-elements/', '@vscode/l10n', 'uplot', 'eventsource-parser'],
  },
};

/** What the user sees; they do not know each other, only what is below them. */
for (const feature of ['stations', 'run', 'operator', 'uptime', 'welcome', 'doctor']) {
  rooms[feature] = { ours: ['connection', 'client', 'platform', 'contract', 'domain'], vscode: true };
}

const withoutNode = ['contract', 'domain', 'webview'];
const withoutVscode = Object.keys(rooms).filter((name) => !rooms[name].vscode);

const either = (names) => `(${names.join('|')})`;

const roomRules = Object.entries(rooms).map(([name, { ours }]) => ({
  name: `${name}-may-import`,
  comment: `src/${name} may import ${ours.length > 0 ? ours.map((each) => `src/${each}`).join(', ') : 'no other room'}.`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/${either([name, ...ours])}/` },
}));

const packageRules = Object.entries(rooms)
  .filter(([, { packages }]) => packages)
  .map(([name, { packages }]) => ({
    name: `${name}-packages`,
    comment: `src/${name} is pure: of packages it may import ${packages.join(', ')}.`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: { path: 'node_modules/', pathNot: `node_modules/${either(packages)}` },
  }));

module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: 'no-vscode',
      comment: 'Only the rooms of the extension host know VS Code.',
      severity: 'error',
      from: { path: `^src/${either(withoutVscode)}/` },
      to: { path: '(^vscode$|node_modules/@types/vscode/)' },
    },
    {
      name: 'no-node',
      comment: 'These rooms are pure, or run in a browser.',
      severity: 'error',
      from: { path: `^src/${either(withoutNode)}/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'known-room',
      comment: 'Every file of src is in a room that has rules here, or is the extension itself.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/((extension|app)\\.ts$|${either(Object.keys(rooms))}/)` },
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
