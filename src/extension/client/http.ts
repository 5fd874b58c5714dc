/** A bundle of its own, which is loaded at the first call. */
export { EventSourceParserStream } from 'eventsource-parser/stream';
export { isHTTPError, default as ky } from 'ky';
