const prefix = '00000000-0000-4000-8000-';

export const placeholderId = (index: number): string => prefix + index.toString(16).padStart(12, '0');

export const isPlaceholderId = (id: string): boolean => id.startsWith(prefix);
