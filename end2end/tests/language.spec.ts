import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { open } from '../pages/hydrated.ts';

test.describe('in a browser that asks for Italian', () => {
  test.use({ locale: 'it-IT' });

  test('the pages are Italian, before and after the program', async ({ page, person }) => {
    await open(page, '/sign-in');
    await expect(page.locator('html')).toHaveAttribute('lang', 'it');
    await expect(page.getByRole('heading', { level: 1, name: 'Accedi a Sessionkeep' })).toBeVisible();
    await page.getByLabel('Email', { exact: true }).fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill('sbagliata');
    await page.getByRole('button', { name: 'Accedi', exact: true }).click();
    await expect(page.getByRole('alert')).toHaveText('Email o password errate.');
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Accedi', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Profilo' })).toBeVisible();
    await page.getByRole('link', { name: 'Attività' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Oggi' })).toBeVisible();
    await expect(page.locator('li.event', { hasText: 'Password errata' })).toBeVisible();
  });
});

test('the switch keeps the page, the choice and the session', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('contentinfo').getByRole('button', { name: 'Italiano' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dispositivi' })).toBeVisible();
  await expect(page).toHaveURL('/account/devices');
  await expect(page.getByRole('contentinfo').getByRole('button', { name: 'Italiano' })).toBeFocused();
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'it');
  await page.getByRole('contentinfo').getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Devices' })).toBeVisible();
});

test('the switch keeps its button in sight where the data makes the page longer', async ({ client, page, signIn, activity, person }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  // Equal neighbours would be one line.
  for (let times = 0; times < 3; times += 1) {
    await client.login(person);
    await client.login({ ...person, password: WRONG_PASSWORD });
  }
  await signIn.signIn(person);
  await activity.open();
  await expect(activity.events).not.toHaveCount(0);
  await page.getByRole('contentinfo').getByRole('button', { name: 'Italiano' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Oggi' })).toBeAttached();
  const button = page.getByRole('contentinfo').getByRole('button', { name: 'Italiano' });
  await expect(button).toBeFocused();
  await expect(button).toBeInViewport();
});

test('the switch keeps what was typed, but for the password', async ({ page, signUp, person }) => {
  await signUp.open();
  await signUp.fill(person);
  await signUp.displayName.fill('Ada Byron');
  await page.getByRole('button', { name: 'Italiano' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Crea il tuo account/ })).toBeVisible();
  await expect(signUp.email).toHaveValue(person.email);
  await expect(page.locator('#displayName')).toHaveValue('Ada Byron');
  await expect(page.locator('#password')).toHaveValue('');
});

test('the switch keeps the page that was asked for, and leads nowhere else', async ({ client, page }) => {
  await open(page, '/sign-in?next=/account/activity');
  await page.getByRole('button', { name: 'Italiano' }).click();
  await expect(page).toHaveURL('/sign-in?next=/account/activity');
  await open(page, '/signed-out?reason=SESSION_LIMIT');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page).toHaveURL('/signed-out?reason=SESSION_LIMIT');
  for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example', '']) {
    const answer = await client.form('/language', { language: 'it', back, next: '//evil.example' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/#language']);
  }
});

test('another site cannot switch it', async ({ client }) => {
  const answer = await client.form('/language', { language: 'it', back: '/' }, { origin: 'https://evil.example' });
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  expect((await client.form('/language', { language: 'xx', back: '/' })).status).toBe(400);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the switch works, too', async ({ watch, page }) => {
    watch.expect(/preloaded using link preload but not used/);
    await page.goto('/sign-up');
    await page.getByRole('button', { name: 'Italiano' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /^Crea il tuo account/ })).toBeVisible();
    await expect(page).toHaveURL('/sign-up#language');
    await expect(page.getByRole('button', { name: 'Italiano' })).toBeFocused();
  });
});
