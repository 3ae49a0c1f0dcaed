import { expect, test } from '../fixtures/index.ts';
import { DocsPage } from '../pages/docs.ts';

// What a policy stops is a complaint on the console, which fails any test here.
test('the page to try the API shows every operation', async ({ page, client }) => {
  const docs = new DocsPage(page);
  await docs.open();
  const { paths } = (await client.get('/api/openapi.json')).body as { paths: Record<string, object> };
  const operations = Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  expect(operations).toBeGreaterThan(20);
  await expect(docs.operations).toHaveCount(operations);
});

test('whoever tries the API can sign in, use the token, refresh and sign out', async ({ page, person }) => {
  // Swagger UI takes seconds to unfold an operation where the processor is busy.
  test.slow();
  const docs = new DocsPage(page);
  await docs.open();
  expect((await docs.call('Sign in', person)).status).toBe('200');
  const me = await docs.call('Get your account');
  expect(me.status).toBe('200');
  expect(me.text).toContain(person.email);
  expect((await docs.call('Exchange the refresh token for new tokens')).status).toBe('200');
  expect((await docs.call('Sign out')).status).toBe('204');
  expect((await docs.call('Get your account')).status).toBe('401');
});
