import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export const webviewOptions = (extension: vscode.Uri): vscode.WebviewOptions => ({
  enableScripts: true,
  localResourceRoots: [folderOf(extension)],
});

/**
 * The document of a webview: `dist/webview/<view>.js` and `.css`, the icons, the translated words. Nothing else is loaded,
 * nothing is inline; only the host fetches.
 * @param subject what the view shows, such as the id of a run; the view reads it from `document.body.dataset.subject`
 */
export function webviewPage(webview: vscode.Webview, extension: vscode.Uri, view: string, subject: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folderOf(extension), file)).toString();
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} blob: data:`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(vscode.env.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>Test Stations</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" id="vscode-codicon-stylesheet" href="${resource('codicon.css')}">
    <link rel="stylesheet" href="${resource(`${view}.css`)}">
    <script type="module" nonce="${nonce}" src="${resource(`${view}.js`)}"></script>
  </head>
  <body data-subject="${attribute(subject)}" data-words="${attribute(JSON.stringify(vscode.l10n.bundle ?? {}))}"></body>
</html>`;
}

const folderOf = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist', 'webview');

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
