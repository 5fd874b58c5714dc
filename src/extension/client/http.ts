/** What calls need: a file of its own, loaded at the first one. */
export { EventSourceParserStream } from 'eventsource-parser/stream';
export { isHTTPError, default as ky } from 'ky';
