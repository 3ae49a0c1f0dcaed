// A program that does not start, or stops: the page says so and shows a way on.
import type { Page, Request, Route } from '@playwright/test';

import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';
import { hydrated } from '../pages/hydrated.ts';
import { StoppedPage } from '../pages/stopped.ts';

const WASM = /\.wasm$/;
const SCRIPT = /\/assets\/frontend-.*\.js$/;

const missing = (route: Route): Promise<void> => route.fulfill({ status: 404, body: '' });

function documents(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) requests.push(request);
  });
  return requests;
}

/** The program stops on the way to the page for a new account. */
async function panics(page: Page): Promise<void> {
  await page.evaluate(() => {
    history.pushState = () => {
      throw new Error('broken');
    };
  });
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(new StoppedPage(page).words).toBeVisible();
}

test.beforeEach(({ watch }) => watch.expect(/Failed to (load|fetch)|TypeError|net::ERR_FAILED|integrity/));

for (const [what, file] of [['script', SCRIPT], ['WebAssembly', WASM], ['style sheet', /\.css$/]] as const) {
  test(`a ${what} that an update has taken away leads to one reload`, async ({ page }) => {
    const asked = documents(page);
    await page.route(file, missing, { times: 1 });
    await page.goto('/sign-in');
    await expect.poll(() => asked.length).toBe(2);
    await hydrated(page);
    await expect(new StoppedPage(page).words).toBeHidden();
    expect(asked).toHaveLength(2);
  });
}

test('a page whose program does not come offers nothing that needs it', async ({ page }) => {
  await page.route(WASM, missing);
  await page.goto('/connection');
  await expect(new StoppedPage(page).words).toBeVisible();
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
  await expect(page.getByText('Checking…').filter({ visible: true })).toHaveCount(0);
});

for (const [what, file] of [['script', SCRIPT], ['WebAssembly', WASM]] as const) {
  test(`without its ${what} a page says what to do after one reload, and its forms are sent`, async ({ page, signIn, person }) => {
    const asked = documents(page);
    await page.route(file, missing);
    await page.goto('/sign-in');
    const stopped = new StoppedPage(page);
    await expect(stopped.words).toBeVisible();
    await expect(stopped.reload).toBeVisible();
    await expect(stopped.signOut).toBeHidden();
    expect(asked).toHaveLength(2);
    await signIn.fill(person);
    await signIn.submit.click();
    await expect.poll(() => asked.at(2)?.method()).toBe('POST');
  });
}

test('on a page of the account the words stand where nothing will be loaded, with a way out', async ({ page }) => {
  await page.route(WASM, (route) => route.abort());
  await page.goto('/account');
  const stopped = new StoppedPage(page);
  await expect(stopped.words).toBeVisible();
  await expect(stopped.signOut).toBeVisible();
  await expect(page.locator('.skeleton').filter({ visible: true })).toHaveCount(0);
  // A row without its value, and without anything to press, says nothing.
  await expect(page.locator('.setting-name').filter({ visible: true })).toHaveText(['Language']);
  await page.unroute(WASM);
  await stopped.reload.click();
  await hydrated(page);
  await expect(stopped.words).toBeHidden();
});

test('what was typed is not lost to a reload that nobody asked for', async ({ page, signIn, person }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(WASM, async (route) => {
    await held;
    await missing(route);
  });
  const asked = documents(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await signIn.fill(person);
  release();
  await expect(new StoppedPage(page).words).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  expect(asked).toHaveLength(1);
});

test('a page whose server has gone is not given up for a page of the browser', async ({ page }) => {
  const asked = documents(page);
  await page.route('**/*', (route) => (route.request().isNavigationRequest() ? route.continue() : route.abort()));
  await page.goto('/sign-in');
  await expect(new StoppedPage(page).words).toBeVisible();
  expect(asked).toHaveLength(1);
});

test('a browser without WebAssembly is told so at once', async ({ watch, page }) => {
  watch.expect(/WebAssembly/);
  const asked = documents(page);
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto('/sign-in');
  const stopped = new StoppedPage(page);
  await expect(stopped.words).toContainText('WebAssembly');
  expect(asked).toHaveLength(1);
});

test('a program that takes longer than eight seconds is not waited for in silence, and may still come', async ({ page }) => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(WASM, async (route) => {
    await held;
    await route.continue();
  });
  await page.clock.install();
  await page.goto('/account', { waitUntil: 'domcontentloaded' });
  const stopped = new StoppedPage(page);
  await page.clock.runFor(6_000);
  await expect(stopped.words).toBeHidden();
  await page.clock.runFor(3_000);
  await expect(stopped.words).toBeVisible();
  release();
  await hydrated(page);
  await expect(stopped.words).toBeHidden();
});

test('a program that stops says so, and links and forms do without it', async ({ watch, page, signIn }) => {
  watch.expect(/panicked|unreachable|RuntimeError/);
  await signIn.open();
  await panics(page);
  const asked = documents(page);
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await expect(signIn.heading).toBeVisible();
  await hydrated(page);
  expect(asked).toHaveLength(1);
});

test('a form that is sent twice after the program has stopped is answered once', async ({ watch, page, signIn, signUp, account }) => {
  watch.expect(/panicked|unreachable|RuntimeError/);
  await signIn.open();
  await panics(page);
  const asked = documents(page);
  const ada = somebody();
  await signUp.fill(ada);
  await page.evaluate(() => {
    const button = document.querySelector<HTMLButtonElement>('main form button[type=submit]');
    button?.click();
    button?.click();
  });
  await account.shows(ada);
  expect(asked.map((request) => request.method())).toEqual(['POST', 'GET']);
});
