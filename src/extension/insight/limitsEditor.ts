import type * as vscode from 'vscode';
import type { LimitsEditor } from '../../shared/script/testFiles.ts';
import { fileKindOf, scriptFiles } from '../vscode/scriptFile.ts';

const yamlFile = /\.ya?ml$/i;

/** Without the extension for YAML, VS Code does not know the language of the file, so the name decides too. */
const isYaml = ({ languageId, uri }: vscode.TextDocument): boolean => languageId === 'yaml' || yamlFile.test(uri.path);

export const canDeclareLimits = (document: vscode.TextDocument): boolean =>
  fileKindOf(document) !== undefined || isYaml(document);

export const limitsDocuments: vscode.DocumentSelector = [
  ...scriptFiles,
  { language: 'yaml' },
  { pattern: '**/*.{yaml,yml}' },
];

export const loadLimitsEditor = (document: vscode.TextDocument): Promise<LimitsEditor> =>
  fileKindOf(document)?.loadLimitsEditor() ?? import('../../shared/script/procedureLimits.ts');
