import { expect, test } from '../fixtures/index.ts';
import { open } from '../pages/hydrated.ts';
import { StoppedPage } from '../pages/stopped.ts';

test('every file of the page is fetched once', async ({ page }) => {
  const fetched: string[] = [];
  page.on('requestfinished', (request) => fetched.push(new URL(request.url()).pathname));
  await open(page, '/');
  const files = fetched.filter((path) => path.startsWith('/assets/'));
  expect(files.filter((path) => path.endsWith('.wasm')).length).toBe(1);
  expect(files).toEqual([...new Set(files)]);
});

// XS-09
for (const [what, file] of [['WebAssembly', /\.wasm$/], ['script', /\/frontend-.*\.js$/]] as const) {
  test(`a ${what} that was tampered with does not start`, async ({ watch, page }) => {
    watch.expect(/integrity/i);
    watch.expect(/Failed to fetch|TypeError/);
    await page.route(file, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: Buffer.concat([await answer.body(), Buffer.from('\n')]) });
    });
    const complained = page.waitForEvent('console', (message) => /integrity/i.test(message.text()) && message.type() === 'error');
    await page.goto('/sign-in');
    await complained;
    await expect(new StoppedPage(page).words).toBeVisible();
    await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');
    await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  });
}
