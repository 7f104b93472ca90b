/** Where a statement about a provider comes from. Every answer and every endpoint carries one. */
export type Evidence =
  /**
   * Read on a page of the provider's own documentation. `date` as the copy shows it; null: none.
   */
  | { mark: 'documented'; page: string; date: string | null }
  /** Told by others who met it: an issue, a library's source, an article. */
  | { mark: 'reported'; page: string; date: string | null }
  /** Known or assumed; no page was seen for it. `basis` says what it leans on. */
  | { mark: 'knowledge'; basis: string };

export interface Page {
  page: string;
  /** YYYY-MM-DD, or null where the copy that was read shows none. */
  date: string | null;
}

export const documented = ({ page, date }: Page): Evidence => ({ mark: 'documented', page, date });

export const reported = ({ page, date }: Page): Evidence => ({ mark: 'reported', page, date });

export const knowledge = (basis = 'no page was seen'): Evidence => ({ mark: 'knowledge', basis });

/** The shape that the standard prescribes, where the provider's own words are not known. */
export const standard = (section: string): Evidence => knowledge(`the shape of RFC ${section}`);
