/** The present value of a colour of the theme, for canvases, which do not follow variables. */
export function themeColour(variable: string): string {
  const style = getComputedStyle(document.documentElement);
  return (style.getPropertyValue(variable) || style.getPropertyValue('--vscode-foreground')).trim();
}

/** Calls when the theme has changed. @returns ends it */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  return () => observer.disconnect();
}
