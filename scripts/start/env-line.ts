/** Lines of `.env`, `.dev.vars` and the like. */
import { parseEnv } from 'node:util';

/** Quoted where the value would be read back as another one: by a `#`, quotes, or spaces. */
export function envLine(name: string, value: string): string {
  const quotes = ['', "'", '`', '"'];
  const quote = quotes.find((mark) => parseEnv(`_=${mark}${value}${mark}`)._ === value) ?? '';
  return `${name}=${quote}${value}${quote}\n`;
}
