/** Query plans: every statement that a piece of work sends is recorded, and then explained. */
import { env } from 'cloudflare:workers';
import { createDatabase, type Database } from '../../src/db/client';

interface Sent {
  text: string;
  params: unknown[];
}

export interface RecordedDatabase {
  db: Database;
  /** Distinct statements, in the order in which they were first sent. */
  sent(): string[];
  /** Of each statement. */
  plans(): Promise<{ text: string; plan: string[] }[]>;
  /** Statements that scan one of our tables, with their plan; empty where all go by an index. */
  scans(): Promise<{ text: string; plan: string[] }[]>;
}

/** The real D1, remembering what it was asked. */
export function recordedDatabase(): RecordedDatabase {
  const statements = new Map<string, Sent>();
  const db = createDatabase({
    prepare(text: string) {
      const statement = env.DB.prepare(text);
      statements.set(text, statements.get(text) ?? { text, params: [] });
      return new Proxy(statement, {
        get(target, key) {
          if (key !== 'bind') return Reflect.get(target, key).bind(target);
          return (...params: unknown[]) => {
            statements.set(text, { text, params });
            return target.bind(...params);
          };
        },
      });
    },
    batch: (bound: D1PreparedStatement[]) => env.DB.batch(bound),
  } as unknown as D1Database);
  async function plans() {
    const explained = [];
    for (const { text, params } of statements.values()) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
        .bind(...params)
        .all<{ detail: string }>();
      explained.push({ text, plan: results.map(({ detail }) => detail) });
    }
    return explained;
  }
  return {
    db,
    sent: () => [...statements.keys()],
    plans,
    async scans() {
      // A row of constants and an array of parameters are no tables. Nor is what a subquery or a
      // common table expression made: how it did that is in the plan too.
      const scan =
        /\bSCAN (?!CONSTANT ROW|\w+ VIRTUAL TABLE|(?:owed_provider|named)\b|\(subquery-)/;
      return (await plans()).filter(({ plan }) => plan.some((line) => scan.test(line)));
    },
  };
}
