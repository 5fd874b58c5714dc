/** The page that an invitation opens in a browser. The token is in the fragment, which a browser sends to no server. */
export const invitationPath = '/invite';

export const invitationLink = (origin: string, token: string): string => `${origin}${invitationPath}#${token}`;

export function readInvitation(text: string): { origin: string; token: string } | undefined {
  const url = URL.parse(text.trim());
  if (url?.pathname !== invitationPath || url.hash.length < 2 || !/^https?:$/.test(url.protocol)) return undefined;
  return { origin: url.origin, token: url.hash.slice(1) };
}
