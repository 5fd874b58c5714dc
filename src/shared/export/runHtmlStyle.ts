export const runHtmlStyle = `
:root { color-scheme: light; }
body { max-width: 1000px; margin: 24px auto; padding: 0 16px; background: #fff; color: #1b1b1b;
  font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 28px 0 8px; border-bottom: 1px solid #ccc; padding-bottom: 3px; break-after: avoid; }
h3 { font-size: 14px; margin: 16px 0 4px; overflow-wrap: anywhere; break-after: avoid; }
.note { color: #595959; }
.outcome { font-weight: 600; white-space: nowrap; }
h1 .outcome { padding: 1px 10px; border: 2px solid; border-radius: 6px; margin-inline-end: 8px; }
[data-outcome=PASS] { color: #1b6e2c; }
[data-outcome=FAIL], [data-outcome=ERROR], [data-outcome=TIMEOUT] { color: #b3261e; }
[data-outcome=ABORTED], [data-outcome=SKIP], [data-outcome=UNSET] { color: #595959; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 8px 24px; margin: 16px 0; }
dt { color: #595959; font-size: 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: start; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid #e2e2e2;
  overflow-wrap: break-word; }
th { font-weight: 600; font-size: 12px; color: #595959; }
tbody th { font-size: inherit; color: inherit; font-weight: 400; }
tbody th, td.value { overflow-wrap: anywhere; }
thead th { white-space: nowrap; }
table.measured { table-layout: fixed; }
table.measured th:nth-child(1) { width: 36%; }
table.measured th:nth-child(2) { width: 16%; }
tr { break-inside: avoid; }
tr.failed { background: #fdecea; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.4 ui-monospace, Consolas, monospace; }
code { font: 12px ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
svg { width: 100%; max-width: 640px; height: auto; margin: 4px 0 10px; break-inside: avoid; }
figure { margin: 12px 0; break-inside: avoid; }
figure img { max-width: 100%; max-height: 600px; border: 1px solid #ccc; }
figcaption { color: #595959; overflow-wrap: anywhere; }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid #ccc; color: #595959; font-size: 12px; }
@page { margin: 18mm 15mm; font: 8pt system-ui, "Segoe UI", Roboto, sans-serif; color: #595959; }
@page :first { @top-left { content: none; } @top-right { content: none; } }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  thead { display: table-header-group; }
}
`;
