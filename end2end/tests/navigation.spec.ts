import { expect, test } from '../fixtures/index.ts';
import { open } from '../pages/hydrated.ts';

for (const [path, name] of [
  ['/account', 'Profile'],
  ['/account/security', 'Security'],
  ['/account/password', 'Security'],
  ['/account/devices', 'Devices'],
  ['/account/activity', 'Activity'],
  ['/account/data', 'Data & privacy'],
  ['/account/delete', 'Data & privacy'],
] as const) {
  test(`the navigation marks ${name} on ${path}`, async ({ page, signIn, account, person }) => {
    await signIn.signIn(person);
    await open(page, path);
    await expect(account.currentPage).toHaveText([name]);
  });
}
