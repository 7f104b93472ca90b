import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, PATIENCE_MS } from '../e2e/support/time.ts';
import { demoUsers } from '../sandbox/demo-app/people.ts';
import { expectAccessible, launchBrowser } from './support/browser.ts';
import { type Demo, startDemo } from './support/demo.ts';

describe('the demo app in a browser', () => {
  let demo: Demo;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    problems.length = 0;
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(demo.origin);
  });
  afterEach(async () => {
    await context.close();
    for (const { id } of demoUsers) await demo.mooring.call('DELETE', `/v1/users/${id}`);
    expect(problems).toEqual([]);
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const cards = () => page.getByRole('listitem').filter({ has: page.getByRole('heading') });
  const card = (name: string) => cards().filter({ hasText: name });
  /** The rest of the page is there too then. */
  const notice = async () => {
    await page.waitForLoadState();
    return page.getByRole('status').innerText();
  };

  const events = () => page.locator('.events li');
  /** The newest event, once it says this. */
  async function shownFirst(what: RegExp): Promise<string> {
    let text = '';
    await eventually(async () => {
      await page.getByRole('link', { name: 'Reload' }).click();
      text = (await events().first().innerText({ timeout: 1000 })).replace(/\s+/g, ' ');
      expect(text).toMatch(what);
    });
    return text;
  }

  async function connect(person: string, provider = 'Connect Sandbox tokens of ten minutes') {
    await page.getByRole('button', { name: provider }).click();
    await page.getByRole('button', { name: person }).click();
    await button('Allow').click();
  }

  it('goes the whole way: connect two accounts, refresh, take a token, cron, disconnect', async () => {
    await page.getByText('Nothing connected yet').waitFor();
    await connect('Ada Fairwind');
    expect(await notice()).toBe('Connected Ada Fairwind.');
    expect(new URL(page.url()).search).toBe('');

    await connect('Ben Harbour', 'Connect Sandbox Short');
    expect(await notice()).toBe('Connected Ben Harbour.');
    expect(await cards().getByRole('heading').allInnerTexts()).toEqual([
      'Ben Harbour',
      'Ada Fairwind',
    ]);

    await button('Refresh: Ada Fairwind at Sandbox').click();
    expect(await notice()).toContain('Refreshed Ada Fairwind');
    await button('Take a token: Ada Fairwind at Sandbox').click();
    expect(await notice()).toMatch(/A token that works: .{4}…, good until \d\d:\d\d:\d\d/);

    await demo.mooring.worker.sql(
      'UPDATE oauth_accounts SET refresh_due_at = ?',
      Date.now() - 1000,
    );
    await button('Fire cron').click();
    expect(await notice()).toBe('Cron ran: 2 due, 2 refreshed, 0 not.');

    await button('Disconnect: Ben Harbour at Sandbox Short').click();
    expect(await notice()).toContain('Disconnected');
    expect(await cards().getByRole('heading').allInnerTexts()).toEqual(['Ada Fairwind']);
    await button('Disconnect: Ada Fairwind at Sandbox').click();
    await page.getByText('Nothing connected yet').waitFor();
  });

  it('calls the API of an account, and shows what came back', async () => {
    await connect('Ada Fairwind');
    const asked = async (label: string): Promise<string> => {
      await page.getByLabel('What to ask: Ada Fairwind at Sandbox').selectOption({ label });
      await button('Call the API: Ada Fairwind at Sandbox').click();
      await page.waitForLoadState();
      return page.locator('.answer').innerText();
    };
    expect(await asked('Who am I?')).toMatch(/GET me\s+200\s*from the API/);
    expect(await page.locator('.answer pre').innerText()).toContain(
      '"email": "ada@sandbox.example"',
    );
    expect(await notice()).toBe('The API answered 200. The token never left Mooring.');

    expect(await asked('List my boats')).toContain('Petrel');
    const inside = '/v1/users/user-robin/proxy/sandbox/ada/';
    expect(await page.locator('.answer dl').innerText()).toContain(`<${inside}boats?page=2>`);
    expect(await asked('Launch a boat (POST)')).toMatch(/POST boats\s+201/);
    expect(await page.locator('.answer dl').innerText()).toContain(`${inside}boats/4`);
    expect(await asked('Redirect inside')).toContain(`${inside}me`);
    expect(await asked('Redirect elsewhere')).toContain('https://elsewhere.example/boats');
    expect(await asked('Refuse the token (401)')).toMatch(/401\s*from the API/);
    expect(await asked('Too many calls (429)')).toMatch(/429[\s\S]*Retry-After\s+30/);
    expect(await asked('Answer after 3 s')).toMatch(/began after (?:[3-9]|\d{2,})\.\d s/);
    expect(await asked('Send 100 MB')).toContain('100,000,000 bytes in');
    const select = page.getByLabel('What to ask: Ada Fairwind at Sandbox');
    expect(await select.inputValue()).toBe('large');

    // Shown once, as the notice is.
    await page.getByRole('link', { name: 'Reload' }).click();
    await page.waitForLoadState();
    expect(await page.locator('.answer').count()).toBe(0);
  });

  it('tells a user who cancels that nothing was connected', async () => {
    await page.getByRole('button', { name: 'Connect Sandbox Short' }).click();
    await button('Cancel').click();
    expect(await notice()).toBe('You cancelled. Nothing was connected.');
  });

  it('refuses an account that another user of the app has', async () => {
    await connect('Cleo Marsh');
    await button('Sam').click();
    await connect('Cleo Marsh');
    expect(await notice()).toContain('already connected by another user');
  });

  it('gives nobody the account of a victim who consents to the link of an attacker', async () => {
    // Robin attacks: starts a connection, and keeps its link.
    const link = page.waitForRequest(/\/connect\/start\//);
    await page.getByRole('button', { name: 'Connect Sandbox Short' }).click();
    const connectUrl = (await link).url();

    // Sam, in a browser of its own, is sent the link and consents. The last redirect is held up.
    const victims = await browser.newContext();
    const victim = await victims.newPage();
    await victim.goto(demo.origin);
    await victim.getByRole('button', { name: 'Sam', exact: true }).click();
    await victim.goto(connectUrl);
    await victim.getByRole('button', { name: 'Ada Fairwind' }).click();
    const callback = Promise.withResolvers<string>();
    await victim.route('**/allow', async (route) => {
      const reply = await route.fetch({ maxRedirects: 0 });
      callback.resolve(reply.headers().location ?? '');
      await route.fulfill({ status: 204 });
    });
    await victim.getByRole('button', { name: 'Allow' }).click({ noWaitAfter: true });
    let next = await callback.promise;
    while (!next.startsWith(`${demo.origin}/`)) {
      const reply = await victims.request.get(next, { maxRedirects: 0 });
      next = new URL(reply.headers().location ?? '', next).href;
    }
    const returned = new URL(next);
    expect(returned.searchParams.get('completion')).not.toBeNull();

    // The attacker is first, with all that it knows: its own session, and the id.
    const id = returned.searchParams.get('connection');
    await page.goto(`${demo.origin}/connected?connection=${id}`);
    expect(await notice()).toBe(
      'That link was not finished in this browser. Nothing was connected.',
    );
    await page.getByText('Nothing connected yet').waitFor();

    // Then the victim comes back, and gets nothing of the attacker's.
    await victim.goto(returned.href);
    await victim.getByText('Nothing connected yet').waitFor();
    await page.goto(`${demo.origin}/connected?connection=${id}`);
    await page.getByText('Nothing connected yet').waitFor();
    await victims.close();
  });

  it('shows an account that the provider withdrew, and reconnects it', async () => {
    await connect('Ada Fairwind');
    await button('Withdraw grant: Ada Fairwind at Sandbox').click();
    await button('Refresh: Ada Fairwind at Sandbox').click();
    await card('Ada Fairwind').getByText('Needs reconnect').waitFor();
    await button('Reconnect: Ada Fairwind at Sandbox').click();
    await page.getByRole('button', { name: 'Ada Fairwind' }).click();
    await button('Allow').click();
    await card('Ada Fairwind').getByText('Connected', { exact: true }).waitFor();
  });

  it('opens the hosted page as a deployment would, and gets its user back', async () => {
    await button('Manage connections').click();
    await page.getByRole('heading', { name: 'Connections' }).waitFor();
    await page.getByText('Signed in as').waitFor();
    await button('Add app Sandbox').click();
    await page.getByRole('button', { name: 'Ada Fairwind' }).click();
    await button('Allow').click();
    await page.getByText('Sandbox is connected').waitFor();
    await page.getByRole('link', { name: /^← Back to/ }).click();
    await card('Ada Fairwind').getByText('Connected', { exact: true }).waitFor();
  });

  it('shows what webhooks told, verified, and how it stands since', async () => {
    await connect('Ada Fairwind');
    await shownFirst(
      /^integration\.connected verified Sandbox · ada .* Read at version \d+: connected$/,
    );
    await button('Disconnect: Ada Fairwind at Sandbox').click();
    const last = await shownFirst(
      /^integration\.disconnected verified Sandbox · ada .* Read at version \d+: not there$/,
    );
    const [, told, read] = /version (\d+) Read at version (\d+)/.exec(last) ?? [];
    expect(Number(read)).toBeGreaterThanOrEqual(Number(told));

    // Another user's page has none of Robin's.
    await button('Sam').click();
    expect(await events().filter({ hasText: 'ada' }).count()).toBe(0);
    await button('Robin').click();
    await expectAccessible(page);
  });

  it('refuses a delivery that Mooring did not sign', async () => {
    const forged = {
      id: 'evt_forged',
      type: 'integration.connected',
      data: { userId: 'user-robin', provider: 'forged', accountId: 'ada', version: 1 },
    };
    const { status } = await fetch(`${demo.origin}/webhooks`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': forged.id,
        'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
        'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      },
      body: JSON.stringify(forged),
    });
    expect(status).toBe(400);
    await page.getByRole('link', { name: 'Reload' }).click();
    await page.waitForLoadState();
    expect(await events().filter({ hasText: 'forged' }).count()).toBe(0);
  });

  it('says where each answer came from', async () => {
    await button('Empty the cache').click();
    await page.getByText('Answered from D1, the database').waitFor();
    // Memory answers for 5 s: where a page takes longer than that, the next finds it.
    await eventually(async () => {
      await page.getByRole('link', { name: 'Reload' }).click();
      await page.getByText('Answered from this isolate’s memory').waitFor({ timeout: 1000 });
    });
  });

  it('works by keyboard alone', async () => {
    await page.getByRole('button', { name: 'Connect Sandbox Short' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Ada Fairwind' }).focus();
    await page.keyboard.press('Enter');
    await button('Allow').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Connected Ada Fairwind.').waitFor();
    await button('Disconnect: Ada Fairwind at Sandbox Short').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing connected yet').waitFor();
  });

  it('fits a phone', async () => {
    await connect('Ada Fairwind');
    await page.setViewportSize({ width: 360, height: 740 });
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBe(360);
  });
});
