/**
 * JSX to HTML text, as the pages need it: every component is called once, and what it returns is
 * text. In place of the runtime in hono/jsx, most of which is for streams, contexts and browsers; the
 * types of the elements are hono's.
 */
import type { JSX as HonoJSX } from 'hono/jsx/jsx-runtime';

/** Markup: everything in it that came from elsewhere is escaped. Only this file makes it. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Child = Html | string | number | boolean | null | undefined | readonly Child[];

interface Props {
  children?: Child;
  /** Markup of our own: a stylesheet, say. */
  dangerouslySetInnerHTML?: { __html: string };
  [attribute: string]: unknown;
}

/** They have no end tag. */
const EMPTY = new Set(['br', 'hr', 'img', 'input', 'link', 'meta']);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

export function jsx(tag: string | ((props: Props) => Child), props: Props): Html {
  if (typeof tag === 'function') return new Html(textOf(tag(props)));
  const { children, dangerouslySetInnerHTML: own, ...attributes } = props;
  const start = `<${tag}${Object.entries(attributes).map(attribute).join('')}`;
  if (EMPTY.has(tag)) return new Html(`${start}/>`);
  return new Html(`${start}>${own ? own.__html : textOf(children)}</${tag}>`);
}

export { jsx as jsxDEV, jsx as jsxs };

export const Fragment = ({ children }: Props): Child => children;

function textOf(child: Child): string {
  if (child === null || child === undefined || typeof child === 'boolean') return '';
  if (child instanceof Html) return child.text;
  return Array.isArray(child) ? child.map(textOf).join('') : escaped(String(child));
}

/** `true` is an attribute without a value; false and nothing are none. */
function attribute([name, value]: [string, unknown]): string {
  if (value === null || value === undefined || value === false) return '';
  return ` ${name}="${value === true ? '' : escaped(String(value))}"`;
}

type Elements = HonoJSX.IntrinsicElements;

export declare namespace JSX {
  type Element = Html;
  type IntrinsicElements = {
    [Tag in keyof Elements]: Omit<Elements[Tag], 'children'> & { children?: Child };
  };
  interface ElementChildrenAttribute {
    children: unknown;
  }
}
