import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';

test.use({ javaScriptEnabled: false });

for (const path of ['/sign-in', '/sign-up']) {
  test(`without scripts ${path} shows its form and says what scripts are needed for`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByLabel('Email', { exact: true })).toBeVisible();
    await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
    // Playwright's text selectors look into no <noscript>.
    const hint = page.locator('noscript');
    await expect(hint).toBeVisible();
    expect(await hint.innerText()).toContain('You can sign in and out without JavaScript.');
  });
}

test('without scripts a person signs in, and out again', async ({ page, signIn, person, server }) => {
  await page.goto('/sign-in?next=/account/activity');
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account/activity');
  const names = async (): Promise<string[]> => (await page.context().cookies([`${server.publicOrigin}/api/auth`])).map(({ name }) => name);
  expect(await names()).toContain('refreshToken');
  await page.goto('/sign-out');
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('/sign-in?note=signed-out');
  await expect(signIn.notice).toHaveText('You’re signed out.');
  expect(await names()).not.toContain('refreshToken');
});

test('without scripts a person signs up', async ({ page, signUp }) => {
  await page.goto('/sign-up');
  await signUp.fill(somebody());
  await signUp.submit.click();
  await page.waitForURL('/account');
});

test('without scripts a wrong password is said beside the form, and the address is still there', async ({ page, signIn, person, watch }) => {
  watch.expect(/401/);
  await page.goto('/sign-in?next=/account/activity');
  await signIn.fill({ ...person, password: 'not the right one at all' });
  await signIn.remember.uncheck();
  await signIn.submit.click();
  await expect(signIn.alert).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue('');
  await expect(signIn.remember).not.toBeChecked();
  await signIn.password.fill(person.password);
  await signIn.submit.click();
  await page.waitForURL('/account/activity');
});

test('without scripts a refused sign-up keeps what was typed and names each field', async ({ page, signUp, watch }) => {
  watch.expect(/422/);
  await page.goto('/sign-up');
  const ada = somebody();
  await signUp.fill({ ...ada, password: 'short' });
  await signUp.submit.click();
  await expect(signUp.email).toHaveValue(ada.email);
  await expect(page.locator('#password-error')).toBeVisible();
  await expect(page.locator('#password')).toBeFocused();
});

test('without scripts the account shows its name and nothing else', async ({ page, account }) => {
  await page.goto('/account');
  await expect(account.heading).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit' })).toHaveCount(0);
});

test('without scripts the pages of the account say what they need, and show nothing as if it were loading', async ({
  watch, page, signIn, person,
}) => {
  watch.expect(/preloaded using link preload but not used/);
  await page.goto('/sign-in');
  await signIn.fill(person);
  await signIn.submit.click();
  await page.waitForURL('/account');
  for (const path of ['/account', '/account/security', '/account/devices', '/account/password', '/account/data', '/account/delete']) {
    await page.goto(path);
    const said = page.getByRole('main').getByText('This page needs JavaScript.');
    await expect(said, path).toBeVisible();
    await expect(said.getByRole('link', { name: 'Sign out' }), path).toHaveAttribute('href', '/sign-out');
    // It is said once.
    await expect(page.locator('noscript'), path).toBeHidden();
    await expect(page.locator('.skeleton').filter({ visible: true }), path).toHaveCount(0);
  }
});

test('without scripts a page offers nothing that needs them', async ({ watch, page, signIn, person }) => {
  watch.expect(/preloaded using link preload but not used/);
  await page.goto('/sign-in');
  await signIn.fill(person);
  await expect(page.getByRole('button', { name: /^Show/ })).toHaveCount(0);
  await signIn.submit.click();
  await page.waitForURL('/account');
  for (const path of ['/account/data', '/account/delete', '/account/devices', '/account/activity', '/connection']) {
    await page.goto(path);
    await expect(page.getByRole('main').getByRole('button'), path).toHaveCount(0);
    await expect(page.getByRole('main').getByRole('link', { name: /Delete|Change|Review/ }), path).toHaveCount(0);
    await expect(page.getByText('Checking…').filter({ visible: true }), path).toHaveCount(0);
  }
});
