/** Whether the caller is a person's browser that would rather see a page than JSON. Pure. */

/**
 * RFC 9110 section 12.5.1. A page has to be named: what takes anything (`*` / `*`) is a program.
 * `accept` is the header's value; undefined where there is none.
 */
export function prefersHtml(accept: string | undefined): boolean {
  let html = 0;
  let json = 0;
  for (const entry of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    const weight = Number.isFinite(Number(q)) ? Number(q) : 0;
    if (type === 'text/html' || type === 'application/xhtml+xml') html = Math.max(html, weight);
    if (/^application\/(.+\+)?json$/.test(type)) json = Math.max(json, weight);
  }
  return html > json;
}
