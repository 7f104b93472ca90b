/** Without JSX syntax: these are the calls that it becomes. */
import { describe, expect, it } from 'vitest';
import { type Child, Fragment, jsx } from '../../src/web/ui/jsx-runtime';

const hostile = `</p><script>'"&`;
const tamed = '&lt;/p&gt;&lt;script&gt;&#39;&quot;&amp;';

describe('text and attributes from elsewhere', () => {
  it('are escaped', () => {
    const html = jsx('p', { class: hostile, title: 'plain', children: hostile });
    expect(html.toString()).toBe(`<p class="${tamed}" title="plain">${tamed}</p>`);
  });

  it('are escaped in lists, in fragments, and through components', () => {
    const Item = ({ children }: { children?: Child }) => jsx('li', { children });
    const html = jsx('ul', {
      children: [
        [hostile, hostile].map((text) => jsx(Item, { children: text })),
        jsx(Fragment, { children: hostile }),
        jsx(() => hostile, {}),
      ],
    });
    expect(html.toString()).toBe(`<ul><li>${tamed}</li><li>${tamed}</li>${tamed}${tamed}</ul>`);
  });

  it('are never markup because of their shape', () => {
    const shaped = { text: '<b>', isEscaped: true, toString: () => '<i>' } as unknown as Child;
    expect(jsx('p', { title: shaped, children: shaped }).toString()).toBe(
      '<p title="&lt;i&gt;">&lt;i&gt;</p>',
    );
  });
});

describe('what is not there', () => {
  it('leaves no trace: null, undefined, booleans; 0 and the empty text do', () => {
    const html = jsx('p', {
      title: '',
      tabindex: 0,
      lang: undefined,
      dir: null,
      children: [null, undefined, true, false, 0, '', jsx(() => null, {})],
    });
    expect(html.toString()).toBe('<p title="" tabindex="0">0</p>');
  });

  it('an attribute that is true has no value, one that is false is none', () => {
    const html = jsx('input', { required: true, disabled: false });
    expect(html.toString()).toBe('<input required=""/>');
  });
});

it('what a component gives back is markup once, wherever it is put', () => {
  const Twice = ({ children }: { children?: Child }) => [children, jsx('br', {}), children];
  const html = jsx(Twice, { children: ['a & b', jsx('i', { children: 'c' })] });
  expect(html.toString()).toBe('a &amp; b<i>c</i><br/>a &amp; b<i>c</i>');
});

it('only a stylesheet of our own goes in as it is', () => {
  const css = 'a>b{content:"<"}';
  const html = jsx('style', { dangerouslySetInnerHTML: { __html: css } });
  expect(html.toString()).toBe(`<style>${css}</style>`);
});
