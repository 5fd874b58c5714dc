interface ImageFile {
  name: string;
  content_type: string | null;
  size: number | null;
}

const typesByExtension: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

const rasterTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

const maxBytes = 20_000_000;

export function imageType({ name, content_type, size }: ImageFile): string | null {
  if (size === null || size > maxBytes) return null;
  const type = content_type?.replace(/;.*$/s, '').trim().toLowerCase() ?? '';
  if (Object.values(typesByExtension).includes(type)) return type;
  const isUnknown = type === '' || type === 'application/octet-stream' || type === 'binary/octet-stream';
  return (isUnknown && typesByExtension[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '']) || null;
}

/** Whether the address is a `data:` URL of a raster image. Drawings such as SVG can contain more than an image. */
export function isRasterDataUrl(address: string): boolean {
  const type = /^data:([a-z/]+);base64,[A-Za-z0-9+/=]+$/.exec(address)?.[1];
  return type !== undefined && rasterTypes.includes(type);
}
