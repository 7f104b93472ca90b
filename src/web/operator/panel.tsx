/** What the panels of the operator's page share. */
import type { Child } from 'hono/jsx';
import { PostForm } from '../ui/form';
import { type Clock, full, relative } from '../ui/times';

/** What every panel needs. */
export interface View {
  clock: Clock;
  /** A provider's name; its id where it is not known here any more. */
  nameOf(provider: string): string;
  formToken: string;
}

interface PanelProps {
  id: string;
  title: string;
  children: Child;
}

export const Panel = ({ id, title, children }: PanelProps) => (
  <section aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    <div class="card">{children}</div>
  </section>
);

interface TableProps {
  label: string;
  /** The heads; an element where one is more than its words. */
  columns: readonly Child[];
  class?: string;
  /** The rows. */
  children: Child;
}

/** Scrolls by itself where the screen is narrow; by the keyboard too. */
export const Table = ({ label, columns, children, ...of }: TableProps) => (
  <section class="scroll" aria-label={label} tabindex={0}>
    <table {...of}>
      <thead>
        <tr>
          {columns.map((head) => (typeof head === 'string' ? <th scope="col">{head}</th> : head))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </section>
);

/** The head of a column of numbers. */
export const NumberHead = ({ children }: { children: Child }) => (
  <th scope="col" class="n">
    {children}
  </th>
);

interface ActionProps {
  view: View;
  to: string;
  fields?: Readonly<Record<string, string>>;
  main?: boolean;
  children: Child;
}

/** One button, as a form. */
export const Action = ({ view, to, fields = {}, main = false, children }: ActionProps) => (
  <PostForm action={`/operator/${to}`} formToken={view.formToken} hidden={fields}>
    <button class={main ? 'button main' : 'button'} type="submit">
      {children}
    </button>
  </PostForm>
);

/** What a row holds that is no time is shown as it stands. */
export const When = ({ at, clock }: { at: number; clock: Clock }) =>
  Number.isNaN(new Date(at).getTime()) ? (
    <span>{String(at)}</span>
  ) : (
    <time datetime={new Date(at).toISOString()} title={full(at, clock)}>
      {relative(at, clock)}
    </time>
  );
