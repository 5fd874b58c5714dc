/** Names that Windows keeps for devices. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A name for a file on any system: never a path, never hidden, never empty. */
export function safeFileName(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069<>:"/\\|?*]+/gu, '_')
    .replace(/^[. _]+|[. ]+$/g, '')
    .slice(-120);
  return plain === '' || device.test(plain) ? `file_${plain}` : plain;
}
