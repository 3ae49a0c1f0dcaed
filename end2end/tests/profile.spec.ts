import { expect, test } from '../fixtures/index.ts';

test('the name is edited where it stands, and the whole page follows', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  await account.name.edit.click();
  await expect(account.name.field).toBeFocused();
  await account.name.field.fill('  Ada Lovelace ');
  await page.keyboard.press('Enter');
  await expect(account.name.said).toHaveText('Name saved.');
  await expect(account.name.edit).toBeFocused();
  await expect(account.menu).toHaveAccessibleName('Account menu of Ada Lovelace');
  await expect(page.locator('main .disc')).toHaveAttribute('data-initials', 'AL');
  await page.reload();
  await expect(page.getByRole('main').getByText('Ada Lovelace').first()).toBeVisible();

  await account.name.edit.click();
  await expect(account.name.field).toHaveValue('Ada Lovelace');
  await account.name.field.fill('');
  await account.name.save.click();
  await expect(account.name.said).toHaveText('Name removed.');
  await expect(account.name.edit).toHaveAccessibleName('Add your name');
});

test('Escape and Cancel leave the name as it was, and give the focus back', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  for (const leave of [() => page.keyboard.press('Escape'), () => account.name.cancel.click()]) {
    await account.name.edit.click();
    await account.name.field.fill('Nobody');
    await leave();
    await expect(account.name.edit).toBeFocused();
  }
  await expect(page.getByText('Nobody')).toHaveCount(0);
});

test('a name that is refused, or cannot be sent, stays in the field, with the reason', async ({ watch, page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  watch.expect(/500/);
  await account.name.edit.click();
  await account.name.field.fill('A'.repeat(300));
  await account.name.save.click();
  await expect(account.name.field).toBeFocused();
  await expect(account.name.field).toHaveAccessibleDescription(/^Use 64 characters or fewer; this has 300\./);
  await page.route('/api/me', (route) => (route.request().method() === 'PATCH' ? route.fulfill({ status: 500, body: 'no' }) : route.continue()));
  await account.name.field.fill('Ada');
  await account.name.save.click();
  await expect(page.getByRole('alert')).toHaveText(/^The server isn’t available right now\./);
  await expect(account.name.field, 'the name is not what is wrong').not.toHaveAttribute('aria-invalid');
  await expect(account.name.field).toHaveValue('Ada');
});

test('the menu behind the initials says who one is, and closes by itself', async ({ page, signIn, account, person }) => {
  await signIn.signIn(person);
  await account.shows(person);
  await account.menu.click();
  await expect(page.locator('#account-menu').getByText(person.email)).toBeVisible();
  await page.getByRole('heading', { level: 1 }).click();
  await expect(account.signOut).toBeHidden();
});
