/** The page that clients with MCP Apps, an extension of the protocol, show for the answer of the tool that reads a run. */
export const runApp = {
  uri: 'ui://test-stations/run-report',
  name: 'run_report_page',
  title: 'Run Report Page',
  description:
    'The page on which clients show the answer of the tool get_run. It contains no data and loads nothing from elsewhere.',
  mimeType: 'text/html;profile=mcp-app',
} as const;
