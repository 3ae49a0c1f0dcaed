import { barriers } from '../fixtures/barriers.ts';
import { expect, test } from '../fixtures/index.ts';
import { WRONG_PASSWORD } from '../fixtures/person.ts';
import { open } from '../pages/hydrated.ts';
import { DocsPage } from '../pages/docs.ts';
import { SignInPage } from '../pages/sign-in.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    for (const path of ['/', '/sign-in', '/sign-up', '/signed-out', '/signed-out?reason=REUSE_DETECTED', '/connection', '/nowhere']) {
      test(`${path} has no barrier`, async ({ page }) => {
        await open(page, path);
        expect(await barriers(page)).toEqual([]);
      });
    }

    test('the page to try the API has no barrier', async ({ page }) => {
      test.slow();
      const docs = new DocsPage(page);
      await docs.open();
      expect(await barriers(page)).toEqual([]);
      await docs.call('Sign in', { email: 'nobody@example.com', password: WRONG_PASSWORD });
      expect(await barriers(page)).toEqual([]);
    });

    test('the account has no barrier', async ({ page, signIn, account, person }) => {
      await signIn.signIn(person);
      await account.shows(person);
      expect(await barriers(page)).toEqual([]);
      await account.name.edit.click();
      expect(await barriers(page)).toEqual([]);
    });

    test('the pages of the account have no barrier', async ({
      anotherBrowser, page, signIn, account, devices, activity, connection, password, deleteAccount, person,
    }) => {
      test.slow();
      await signIn.signIn(person);
      await devices.open();
      await devices.shows(2);
      expect(await barriers(page)).toEqual([]);
      await devices.endOthers.click();
      expect(await barriers(page)).toEqual([]);
      await devices.others.getByRole('button', { name: /^Details/ }).click();
      await devices.end(devices.others);
      expect(await barriers(page)).toEqual([]);
      await devices.undo(devices.rows.last()).click();
      await new SignInPage(await anotherBrowser()).signIn(person);
      await devices.open();
      await devices.endOthers.click();
      await devices.question().getByRole('button', { name: /^Sign out/ }).click();
      await expect(devices.password()).toHaveAttribute('aria-invalid', 'true');
      expect(await barriers(page)).toEqual([]);
      await account.menu.click();
      expect(await barriers(page)).toEqual([]);
      for (const path of ['/account/security', '/account/data']) {
        await open(page, path);
        await expect(page.locator('.skeleton')).toHaveCount(0);
        expect(await barriers(page)).toEqual([]);
      }
      await activity.open();
      await expect(activity.events.first()).toBeVisible();
      expect(await barriers(page)).toEqual([]);
      await connection.open();
      await expect(connection.findings).toHaveCount(5);
      expect(await barriers(page)).toEqual([]);
      await password.open();
      await password.submit.click();
      await expect(password.current).toBeFocused();
      expect(await barriers(page)).toEqual([]);
      await deleteAccount.open();
      await deleteAccount.submit.click();
      await expect(deleteAccount.current).toBeFocused();
      expect(await barriers(page)).toEqual([]);
    });

    test('forms with mistakes have no barrier', async ({ page, signIn, signUp, person }) => {
      await signUp.open();
      await signUp.submit.click();
      await expect(signUp.email).toHaveAttribute('aria-invalid', 'true');
      expect(await barriers(page)).toEqual([]);

      await signIn.open();
      await signIn.fill({ ...person, password: WRONG_PASSWORD });
      await signIn.submit.click();
      await expect(signIn.alert).toBeVisible();
      expect(await barriers(page)).toEqual([]);
    });
  });
}
