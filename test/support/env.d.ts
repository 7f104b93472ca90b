declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
    REFRESH_QUEUE: Queue<unknown>;
    PROVIDERS: string;
  }
}
