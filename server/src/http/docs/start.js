// Starts Swagger UI on our own document, and does for whoever tries the API what a client of ours does: it sends the header
// that the cookie's routes ask for, and takes the access token of every answer over. The token lives in this page's memory alone.
'use strict';

const giveTokens = ['/api/auth/register', '/api/auth/login', '/api/auth/refresh', '/api/auth/password'];

const ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  // Nobody else is asked whether the document is valid.
  validatorUrl: null,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    request.headers['X-Requested-By'] ??= 'docs';
    return request;
  },
  responseInterceptor(response) {
    const { pathname } = new URL(response.url, location.origin);
    const token = response.ok && giveTokens.includes(pathname) ? response.body?.accessToken : undefined;
    if (token) ui.preauthorizeApiKey('accessToken', token);
    if (response.status === 204 && pathname === '/api/auth/logout') ui.authActions.logout(['accessToken']);
    return response;
  },
});
