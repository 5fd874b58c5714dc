interface File {
  name: string;
  content_type: string | null;
  size: number | null;
}

const types: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

/** Bytes of the largest image that is shown unasked. */
const largest = 20_000_000;

/** The media type under which the file can be shown as an image, by its own or by its name; null when it cannot. */
export function imageType({ name, content_type, size }: File): string | null {
  if (size === null || size > largest) return null;
  const told = content_type?.replace(/;.*$/s, '').trim().toLowerCase() ?? '';
  if (Object.values(types).includes(told)) return told;
  const isUntold = told === '' || told === 'application/octet-stream' || told === 'binary/octet-stream';
  return (isUntold && types[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '']) || null;
}
