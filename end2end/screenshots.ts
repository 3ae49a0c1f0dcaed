import type { Page } from '@playwright/test';

import { expect, test } from './fixtures/index.ts';
import { WRONG_PASSWORD } from './fixtures/person.ts';
import { open } from './pages/hydrated.ts';

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

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
        await signIn.open();
        await signIn.fill({ ...person, password: WRONG_PASSWORD });
        await signIn.showPassword.click();
        await signIn.submit.click();
        await expect(signIn.alert).toBeVisible();
        await take(page, 'sign-in-refused');
      });

      test('the account', async ({ server, watch, page, signIn, account, person }) => {
        watch.expect(/503/);
        await signIn.signIn(person);
        await account.shows(person);
        await take(page, 'account');
        await server.breakDown({ storeDown: true });
        await page.reload();
        await expect(account.reconnecting).toBeVisible();
        await take(page, 'account-reconnecting');
        await server.breakDown({ storeDown: false });
        await account.shows(person);
        await account.signOut.click();
        await expect(signIn.notice).toHaveText('You are signed out.');
        await take(page, 'signed-out');
      });

      test('the session was used in two places', async ({ server, context, client, page, signIn, account, person }) => {
        await signIn.signIn(person);
        await account.shows(person);
        client.cookie = (await context.cookies(`${server.origin}/api/auth`))[0]?.value;
        for (const minutes of [2, 2, 16]) {
          await server.advance({ minutes });
          if (minutes === 2) await client.refresh();
        }
        await account.loadAgain.click();
        await expect(signIn.notice).toContainText('used in two places');
        await take(page, 'used-in-two-places');
      });
    });
  }
}
