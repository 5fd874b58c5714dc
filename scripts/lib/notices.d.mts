export function packageFolders(inputs: Iterable<string>): string[];
export function thirdPartyNotices(root: string, folders: string[]): string;
