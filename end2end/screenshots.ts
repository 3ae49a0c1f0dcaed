import type { Page } from '@playwright/test';

import { refreshCookie } from './fixtures/cookies.ts';
import { expect, test } from './fixtures/index.ts';
import { NEW_PASSWORD, WRONG_PASSWORD } from './fixtures/person.ts';
import { stolen } from './fixtures/stolen.ts';
import { open } from './pages/hydrated.ts';
import { SignInPage } from './pages/sign-in.ts';
import { StoppedPage } from './pages/stopped.ts';

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
];

const NEWER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0';

const SIZES = {
  small: { width: 320, height: 700 },
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1280, height: 800 },
} as const;

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${size} ${colorScheme}`, () => {
      test.use({ viewport, colorScheme });

      const take = async (page: Page, name: string): Promise<void> => {
        await page.screenshot({ path: `screenshots/${name}-${size}-${colorScheme}.png`, fullPage: true, animations: 'disabled' });
      };

      test('public pages', async ({ page, signIn, signUp, person }) => {
        for (const [name, path] of [['landing', '/'], ['sign-in', '/sign-in'], ['sign-up', '/sign-up'], ['not-found', '/nowhere']] as const) {
          await open(page, path);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          await take(page, name);
        }
        await signUp.open();
        await signUp.submit.click();
        await expect(signUp.email).toHaveAttribute('aria-invalid', 'true');
        await take(page, 'sign-up-mistakes');
        for (const [name, text, words] of [
          ['weak', `${person.email}2026`, /^Easily guessed/],
          ['fair', 'harbourx lantern', /^Could be stronger/],
          ['strong', 'seven lanterns by the harbour', 'Strong.'],
        ] as const) {
          await open(page, '/sign-up');
          await signUp.fill({ ...person, password: text });
          await expect(signUp.password).toHaveAccessibleDescription(words);
          await take(page, `sign-up-${name}`);
        }
        await signIn.open();
        await signIn.fill({ ...person, password: WRONG_PASSWORD });
        await signIn.showPassword.click();
        await signIn.submit.click();
        await expect(signIn.alert).toBeVisible();
        await take(page, 'sign-in-refused');
      });

      test('a page that is not working', async ({ watch, page }) => {
        watch.expect(/net::ERR_FAILED|Failed to fetch/);
        await page.route(/\.wasm$/, (route) => route.abort());
        for (const [name, path] of [['sign-in', '/sign-in'], ['account', '/account']] as const) {
          await page.goto(path);
          await expect(new StoppedPage(page).words).toBeVisible();
          await take(page, `${name}-stopped`);
        }
      });

      test('the account', async ({ server, watch, page, signIn, account, person }) => {
        watch.expect(/503/);
        await signIn.signIn(person);
        await account.shows(person);
        await take(page, 'account');
        await account.name.edit.click();
        await account.name.field.fill('Ada Lovelace');
        await take(page, 'account-editing');
        await account.name.save.click();
        await expect(account.name.said).toBeVisible();
        await account.menu.click();
        await take(page, 'account-menu');
        for (const path of ['security', 'data'] as const) {
          await open(page, `/account/${path}`);
          await expect(page.locator('main .skeleton')).toHaveCount(0);
          await take(page, path);
        }
        await account.open();
        await account.shows(person);
        await server.breakDown({ storeDown: true });
        await page.reload();
        await expect(account.reconnecting).toBeVisible();
        await take(page, 'account-reconnecting');
        await server.breakDown({ storeDown: false });
        await account.shows(person);
        await account.leave();
        await expect(signIn.notice).toHaveText('You’re signed out.');
        await take(page, 'signed-out');
      });

      test('the devices', async ({ watch, anotherBrowser, page, signIn, devices, person }) => {
        watch.expect(/500/);
        for (const userAgent of BROWSERS) await new SignInPage(await anotherBrowser({ userAgent })).signIn(person);
        await signIn.signIn(person);
        let release = (): void => {};
        const held = new Promise<void>((resolve) => (release = resolve));
        await page.route('/api/sessions*', async (route) => {
          await held;
          await route.continue();
        });
        await devices.open();
        await take(page, 'devices-loading');
        release();
        await devices.shows(4);
        await take(page, 'devices');
        await devices.others.last().getByRole('button', { name: /^Details/ }).click();
        await take(page, 'devices-details');
        await devices.end(devices.others.first());
        await devices.endOthers.click();
        await take(page, 'devices-asking');
        await devices.undo(devices.rows.filter({ hasText: 'Signed out' })).click();
        await page.reload();
        await devices.shows(4);
        await new SignInPage(await anotherBrowser({ userAgent: NEWER })).signIn(person);
        await page.reload();
        await devices.shows(5);
        await devices.endOthers.click();
        await devices.password().fill(WRONG_PASSWORD);
        await devices.question().getByRole('button', { name: /^Sign out/ }).click();
        await expect(devices.password()).toHaveAttribute('aria-invalid', 'true');
        await take(page, 'devices-password');
        await devices.password().fill(person.password);
        await devices.question().getByRole('button', { name: /^Sign out/ }).click();
        await devices.shows(1);
        await take(page, 'devices-alone');
        await page.route('/api/sessions*', (route) => route.fulfill({ status: 500, body: 'no' }));
        await page.reload();
        await expect(devices.loadAgain).toBeVisible();
        await take(page, 'devices-failed');
      });

      test('the password', async ({ page, signIn, password, deleteAccount, person }) => {
        await signIn.signIn(person);
        await password.open();
        await take(page, 'password');
        await password.change(WRONG_PASSWORD, NEW_PASSWORD);
        await expect(password.current).toHaveAttribute('aria-invalid', 'true');
        await take(page, 'password-refused');
        await password.change(person.password, NEW_PASSWORD);
        await expect(password.done).toBeVisible();
        await take(page, 'password-changed');
        await deleteAccount.open();
        await take(page, 'delete-account');
        await deleteAccount.submit.click();
        await take(page, 'delete-account-mistakes');
        await deleteAccount.current.fill(NEW_PASSWORD);
        await deleteAccount.sure.check();
        await deleteAccount.submit.click();
        await expect(signIn.notice).toContainText('deleted');
        await take(page, 'account-deleted');
      });

      test('the reasons', async ({ page, reasons }) => {
        await reasons.open();
        await take(page, 'reasons');
        for (const reason of ['REUSE_DETECTED', 'PASSWORD_CHANGED']) {
          await reasons.open(`?reason=${reason}`);
          await take(page, `reason-${reason.toLowerCase().replace('_', '-')}`);
        }
      });

      test('the connection', async ({ context, page, signIn, connection, person }) => {
        await signIn.signIn(person);
        await connection.open();
        await expect(connection.findings).toHaveCount(5);
        await take(page, 'connection');
        const { name, domain } = (await refreshCookie(context)) ?? { name: '', domain: '' };
        await context.addCookies([{ name, domain, path: '/api', value: 'of-another-program' }]);
        await page.clock.setSystemTime(Date.now() + 150 * 60 * 1000);
        await connection.checkAgain.click();
        await expect(connection.finding('Sign-in cookie')).toContainText('sends 2');
        await take(page, 'connection-twin');
      });

      test('the session was used in two places', async ({ server, context, client, page, signIn, account, activity, person }) => {
        await signIn.signIn(person);
        await account.shows(person);
        client.cookie = (await refreshCookie(context))?.value;
        for (const minutes of [2, 2, 16]) {
          await server.advance({ minutes });
          if (minutes === 2) await client.refresh();
        }
        await account.lookAgain();
        await expect(signIn.notice).toContainText('used in two places');
        await take(page, 'used-in-two-places');
        await client.login({ ...person, password: WRONG_PASSWORD });
        await signIn.fill(person);
        await signIn.submit.click();
        await account.shows(person);
        await expect(account.review).toBeVisible();
        await take(page, 'account-review');
        await account.review.getByRole('button', { name: 'It was me' }).click();
        await take(page, 'account-review-asking');
        await activity.open();
        await expect(activity.events.first()).toBeVisible();
        await take(page, 'activity');
      });

      test.describe('in Italian', () => {
        test.use({ locale: 'it-IT' });

        test('some pages in Italian', async ({ page, person }) => {
          await open(page, '/sign-in');
          await take(page, 'it-sign-in');
          await page.locator('#email').fill(person.email);
          await page.locator('#password').fill(person.password);
          await page.locator('button[type=submit].wide').click();
          await page.waitForURL('/account');
          for (const path of ['', '/security', '/devices', '/activity', '/data']) {
            await open(page, `/account${path}`);
            await expect(page.locator('main .skeleton')).toHaveCount(0);
            await take(page, `it-account${path.replace('/', '-')}`);
          }
        });
      });
    });
  }
}

// The picture of the README: four devices and a theft.
for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`README ${colorScheme}`, () => {
    test.use({ viewport: { width: 1120, height: 900 }, colorScheme });

    test('the picture', async ({ server, context, client, anotherBrowser, page, signIn, account, devices, person }) => {
      const ada = { ...person, email: 'ada@example.com' };
      expect((await client.register(ada)).status).toBe(201);
      await stolen({ server, context, client, signIn, account, person: ada });
      for (const userAgent of BROWSERS) await new SignInPage(await anotherBrowser({ userAgent })).signIn(ada);
      await devices.open();
      await devices.shows(4);
      await page.screenshot({ path: `../docs/screenshot-${colorScheme}.png`, animations: 'disabled' });
    });
  });
}
