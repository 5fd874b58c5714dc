/** A bundle of its own, which is loaded at the first request of an assistant. */
export { createMcp } from './mcpServer.ts';
export { serveOverStdio } from './stdioServer.ts';
