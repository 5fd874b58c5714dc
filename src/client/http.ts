/** What calls need: a file of its own, loaded at the first one. */
export { default as ky, isHTTPError } from 'ky';
export { EventSourceParserStream } from 'eventsource-parser/stream';
