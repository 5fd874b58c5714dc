// The browser tests, or those that are named, in the oldest VS Code that the extension names in its engines.
process.env.TEST_VSCODE = 'vscode-oldest';
if (!process.argv.slice(2).some((argument) => !argument.startsWith('-'))) process.argv.splice(2, 0, 'e2e');
await import('./test.mjs');
