import type * as vscode from 'vscode';

type LimitsEditor = Pick<
  typeof import('../../shared/script/scriptScan.ts'),
  'editableMeasurements' | 'limitsEdit' | 'limitsInScript'
>;

const yamlFile = /\.ya?ml$/i;

/** Without the extension for YAML, VS Code does not know the language of the file, so the name decides too. */
const isYaml = ({ languageId, uri }: vscode.TextDocument): boolean => languageId === 'yaml' || yamlFile.test(uri.path);

/** Whether limits can be declared in a document: in a Python script, or in a procedure for TofuPilot's command line program. */
export const canDeclareLimits = (document: vscode.TextDocument): boolean =>
  document.languageId === 'python' || isYaml(document);

export const limitsDocuments: vscode.DocumentSelector = [
  { language: 'python' },
  { language: 'yaml' },
  { pattern: '**/*.{yaml,yml}' },
];

/** Loads what reads and edits the limits in a document. */
export const loadLimitsEditor = (document: vscode.TextDocument): Promise<LimitsEditor> =>
  isYaml(document) ? import('../../shared/script/procedureLimits.ts') : import('../../shared/script/scriptScan.ts');
