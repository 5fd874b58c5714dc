import js from '@eslint/js';
import importSort from 'eslint-plugin-simple-import-sort';
import ts from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  ['console', 'fetch', 'process', 'URL', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'].map((name) => [
    name,
    'readonly',
  ]),
);

/** Departures from the strict sets, each to allow what reads well and is safe. */
const relaxed = {
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
  '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
  '@typescript-eslint/no-empty-function': 'off',
};

export default ts.config(
  { ignores: ['**/node_modules/', 'build/', 'dist/', '.venvs/', '.demo/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [js.configs.recommended],
    languageOptions: { globals: nodeGlobals },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable', require: 'readonly' } } },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: relaxed,
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { 'import-sort': importSort },
    rules: {
      // One block: built-in modules, packages, then files of the project from far to near.
      'import-sort/imports': ['error', { groups: [['^node:', '^@?\\w', '^\\.\\.', '^\\.']] }],
      'import-sort/exports': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/extension/vscode/messages.ts', 'src/extension/extension.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^(show(Information|Warning|Error)Message|setStatusBarMessage)$/]',
          message: 'Names in messages are text: show them with vscode/messages.ts.',
        },
      ],
    },
  },
  {
    // Its deprecation is a warning to readers. The options of the server accept http on the loopback address only.
    files: ['src/server/signIn/oidc.ts'],
    rules: {
      '@typescript-eslint/no-deprecated': [
        'error',
        { allow: [{ from: 'package', package: 'openid-client', name: 'allowInsecureRequests' }] },
      ],
    },
  },
);
