import { expect, test } from '../fixtures/index.ts';

test.use({ javaScriptEnabled: false });

// The client that the page announces is not used then, which the browser remarks upon when it has waited long enough.
test.beforeEach(({ watch }) => watch.expect(/preloaded using link preload but not used/));

for (const path of ['/sign-in', '/sign-up']) {
  test(`without scripts ${path} shows its form and says what it needs`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByLabel('Email', { exact: true })).toBeVisible();
    await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
    await expect(page.locator('form')).toHaveAttribute('method', 'post');
    // Playwright's text selectors look into no <noscript>.
    const hint = page.locator('noscript');
    await expect(hint).toBeVisible();
    expect(await hint.innerText()).toContain('Sessionkeep needs JavaScript to sign you in.');
  });
}

test('a form sent without scripts comes back with a note, and no password in the URL', async ({ page, signIn, person }) => {
  await page.goto('/sign-in');
  await signIn.fill(person);
  await signIn.submit.click();
  await expect(signIn.notice).toContainText('please try again');
});

test('the account shows nobody anything', async ({ page, account }) => {
  await page.goto('/account');
  await expect(account.heading).toBeVisible();
  await expect(page.getByRole('button', { name: 'Load again' })).toHaveCount(0);
});
