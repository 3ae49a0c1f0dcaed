// XS-07: what people and their browsers call themselves is text.
import { expect, test } from '../fixtures/index.ts';
import { somebody } from '../fixtures/person.ts';
import { AccountPage } from '../pages/account.ts';
import { ActivityPage } from '../pages/activity.ts';
import { DevicesPage } from '../pages/devices.ts';
import { SignInPage } from '../pages/sign-in.ts';

const MARKUP = '<img src=x onerror="document.title=1">{{7*7}}<b>x</b>';

test('markup in a name and in a user agent is shown as it is written', async ({ anotherBrowser, client }) => {
  const person = { ...somebody(), displayName: MARKUP };
  expect((await client.register(person)).status).toBe(201);
  const page = await anotherBrowser({ userAgent: MARKUP });
  const [account, devices, activity] = [new AccountPage(page), new DevicesPage(page), new ActivityPage(page)];
  await new SignInPage(page).signIn(person);
  const isText = async (): Promise<void> => {
    await expect(page.locator('main img, main b, main script')).toHaveCount(0);
    expect(await page.title()).toContain('Sessionkeep');
  };
  await account.shows(person);
  await expect(page.locator('main bdi').getByText(MARKUP, { exact: true })).toHaveCount(2);
  await isText();
  await devices.open();
  await devices.shows(2);
  await expect(devices.thisDevice.getByTitle(MARKUP, { exact: true })).toBeVisible();
  await isText();
  await activity.open();
  await expect(activity.events.first()).toBeVisible();
  await isText();
});

test('a name whose letters turn the direction of writing turns nothing of the page', async ({ client, page, signIn, account }) => {
  const person = { ...somebody(), displayName: 'Ada אדה' };
  expect((await client.register(person)).status).toBe(201);
  await signIn.signIn(person);
  await account.shows(person);
  // Wherever it stands it stands by itself.
  const names = page.getByRole('main').locator('bdi', { hasText: 'Ada' });
  await expect(names).toHaveText(['Ada אדה', 'Ada אדה']);
  for (const name of await names.all()) await expect(name).toHaveCSS('unicode-bidi', 'isolate');
});
