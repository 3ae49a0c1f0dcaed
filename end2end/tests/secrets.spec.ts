// XS-13 is every test's: `fixtures/watch.ts`.
import { refreshCookie } from '../fixtures/cookies.ts';
import { expect, test } from '../fixtures/index.ts';

test('no password and no token is in the database, its journal or the log', async ({ server, context, signIn, account, person }) => {
  const secrets = new Set<string>([person.password]);
  const note = async (): Promise<void> => {
    secrets.add(await account.load());
    secrets.add((await refreshCookie(context))?.value ?? '');
  };
  await signIn.signIn(person);
  await note();
  await server.advance({ minutes: 16 });
  await note();
  await server.advance({ minutes: 16 });
  await note();
  expect(secrets.size).toBe(1 + 3 + 3);

  const files = await server.files();
  expect([...files.keys()].some((file) => file.endsWith('sessionkeep.db'))).toBe(true);
  for (const secret of secrets) {
    // The signature alone would be enough to give a token away.
    const tail = secret.split('.').at(-1) ?? secret;
    for (const [file, bytes] of files) expect(bytes.includes(tail), file).toBe(false);
    expect(server.log.includes(tail)).toBe(false);
  }
});
