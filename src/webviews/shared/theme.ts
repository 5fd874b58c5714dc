/** Returns the current value of a theme color, for canvases, which cannot use CSS variables. */
export function themeColor(variable: string): string {
  const style = getComputedStyle(document.documentElement);
  return (style.getPropertyValue(variable) || style.getPropertyValue('--vscode-foreground')).trim();
}

export function onThemeChange(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  return () => observer.disconnect();
}
