// Customers with a browser, with and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bounded, browser, fakestripe, limit, scope, secret, shirt, shop } from './kit.js';

const good = '4242 4242 4242 4242', secure = '4000 0000 0000 3220', poor = '4000 0000 0000 9995', secureAndPoor = '4000 0082 6000 3178';

for (const javaScriptEnabled of [true, false]) {
  describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    const all = scope(after);
    let chromium;
    before(async () => { chromium = await browser(all); });

    // visit gives a test a shop, a fakestripe that sends it webhooks, and a browser.
    async function visit(t) {
      const own = scope((job) => t.after(job)); // the browser is closed first
      const site = await shop(own);
      const server = await fakestripe(own, '-forward', site.url, '-secret', secret);
      const context = await chromium.newContext({ javaScriptEnabled, viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
      context.setDefaultTimeout(10_000);
      const faults = [];
      context.on('page', (page) => {
        page.on('pageerror', (error) => faults.push(`error: ${error}`));
        page.on('console', (message) => {
          // A page that answers 402 or 422 is no fault, and Chromium says it all the same.
          if (message.type() === 'error' && !/status of 4(02|10|22)/.test(message.text())) faults.push(`console: ${message.text()}`);
        });
        page.on('response', (response) => { if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`); });
      });
      own.after(async () => {
        await bounded(context.close());
        assert.deepEqual(faults, [], 'the browser complains of nothing');
      });
      const { stripe } = server;
      const open = async (url) => {
        const page = await context.newPage();
        await page.goto(url);
        return page;
      };
      return { site, server, stripe, context, open, page: await context.newPage() };
    }

    // type fills in the card form as a customer does, a key at a time.
    async function type(page, number, more = {}) {
      const values = { Email: 'jenny@example.com', 'Card number': number.replaceAll(' ', ''), Expiration: javaScriptEnabled ? '1234' : '12/34', 'Security code': '314', ...more };
      for (const [label, value] of Object.entries(values)) {
        const field = page.getByLabel(label, { exact: true });
        await field.clear();
        await field.pressSequentially(value);
      }
      if (javaScriptEnabled) {
        assert.equal(await page.getByLabel('Card number').inputValue(), number, 'groups of four');
        assert.equal(await page.getByLabel('Expiration').inputValue(), '12 / 34');
      }
      const name = page.getByLabel(/^(Name on card|Cardholder name|Full name|Name)/).first();
      if (await name.count() > 0) await name.fill('Jenny Rosen');
    }

    // number chooses a test number from the list beside the form.
    const number = async (page, digits) => {
      await page.getByRole('button', { name: digits }).click();
      await page.locator(`#number[value="${digits}"]`).waitFor(); // the server has filled it in
      await page.waitForLoadState();
    };
    const pay = (page) => page.getByRole('button', { name: 'Pay €10.99' }).click();
    const home = (page, site, session) => page.waitForURL(`${site.url}/thanks?session_id=${session.id}`);

    test('save a card', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const customer = await stripe.customers.create({ email: 'jenny@example.com', name: 'Jenny Rosen' });
      const session = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'eur', customer: customer.id, allowed_payment_method_types: ['card'], success_url: `${site.url}/thanks?session_id={CHECKOUT_SESSION_ID}` });
      await page.goto(session.url);
      await page.getByRole('heading', { name: 'Save your card' }).waitFor();
      assert.equal(await page.getByLabel('Email').inputValue(), 'jenny@example.com');
      await number(page, good);
      assert.equal(await page.getByLabel('Card number').inputValue(), good);
      await page.getByRole('button', { name: 'Save card' }).click();
      await home(page, site, session);
      const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] });
      assert.equal(done.status, 'complete');
      assert.equal(done.setup_intent.payment_method.customer, customer.id);
      assert.equal(done.setup_intent.payment_method.card.last4, '4242');
      await server.idle();
      for (const event of ['setup_intent.succeeded', 'payment_method.attached', 'checkout.session.completed']) assert.ok(site.types().includes(event), event);
      const charged = await stripe.paymentIntents.create({ amount: 1099, currency: 'eur', customer: customer.id, payment_method: done.setup_intent.payment_method.id, off_session: true, confirm: true });
      assert.equal(charged.status, 'succeeded');
      await page.goto(session.url);
      await page.getByRole('heading', { name: 'Your card is saved' }).waitFor();
    });

    test('pay with 3DS', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await type(page, secure);
      await pay(page);
      await page.getByRole('heading', { name: 'Confirm it’s you' }).waitFor();
      const asked = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
      assert.deepEqual([asked.status, asked.payment_intent.status], ['open', 'requires_action']);
      await page.getByRole('button', { name: 'Complete authentication' }).click();
      await home(page, site, session);
      const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] });
      assert.deepEqual([done.status, done.payment_status, done.payment_intent.status], ['complete', 'paid', 'succeeded']);
      assert.equal(done.customer_details.email, 'jenny@example.com');
      assert.equal(done.payment_intent.latest_charge.payment_method_details.card.last4, '3220');
      await server.idle();
      const types = site.types();
      for (const event of ['payment_intent.requires_action', 'payment_intent.succeeded', 'checkout.session.completed']) assert.equal(types.filter((one) => one === event).length, 1, event);
    });

    test('fail 3DS, then pay with another card', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await number(page, secure);
      await pay(page);
      await page.getByRole('button', { name: 'Fail authentication' }).click();
      await page.getByRole('alert').getByText('We are unable to authenticate your payment method').waitFor();
      const failed = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
      assert.equal(failed.status, 'open');
      assert.equal(failed.payment_intent.last_payment_error.code, 'payment_intent_authentication_failure');
      assert.deepEqual(site.visits, []);

      await number(page, secureAndPoor);
      await pay(page);
      await page.getByRole('button', { name: 'Complete authentication' }).click();
      await page.getByRole('alert').getByText('Your card has insufficient funds.').waitFor();

      await number(page, good);
      await pay(page);
      await home(page, site, session);
      const done = await stripe.checkout.sessions.retrieve(session.id);
      assert.equal(done.payment_intent, failed.payment_intent.id);
      await server.idle();
      assert.equal(site.types().filter((one) => one === 'checkout.session.completed').length, 1);
      assert.equal(site.types().filter((one) => one === 'payment_intent.payment_failed').length, 2);
    });

    test('declined, then paid in the same session', limit, async (t) => {
      const { site, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await type(page, poor);
      await pay(page);
      const alert = page.getByRole('alert');
      await alert.getByText('Your card has insufficient funds.').waitFor();
      assert.ok(await alert.evaluate((element) => element === document.activeElement), 'a keyboard and a screen reader begin there');
      const field = page.getByLabel('Card number');
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal((await field.inputValue()).replaceAll(' ', ''), poor.replaceAll(' ', ''), 'the form is kept');
      assert.equal(await page.getByLabel('Email').inputValue(), 'jenny@example.com');
      const declined = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
      assert.equal(declined.payment_intent.last_payment_error.decline_code, 'insufficient_funds');
      await type(page, good);
      await pay(page);
      await home(page, site, session);
      const done = await stripe.checkout.sessions.retrieve(session.id);
      assert.deepEqual([done.status, done.payment_status, done.payment_intent], ['complete', 'paid', declined.payment_intent.id]);
    });

    test('the tab is closed before the redirect', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await number(page, good);
      let answer;
      await page.route(session.url, async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        answer = await route.fetch({ maxRedirects: 0 }); // the server has it, the browser never hears of it
        return page.close();
      });
      await Promise.all([page.waitForEvent('close'), pay(page).catch(() => {})]);
      assert.equal(answer.status(), 303);
      assert.deepEqual(site.visits, [], 'success_url was never opened');
      await server.idle();
      const event = site.events().find((one) => one.type === 'checkout.session.completed');
      assert.equal(event.data.object.id, session.id);
      assert.equal(event.data.object.payment_status, 'paid');
    });

    test('the tab is closed before anything is paid', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await number(page, good);
      await page.close();
      await server.advance(25 * 3600);
      assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'expired');
      assert.deepEqual(site.types(), ['checkout.session.expired']);
    });

    test('an expired session', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url, { after_expiration: { recovery: { enabled: true } } }));
      await page.goto(session.url);
      await number(page, good);
      await server.advance(25 * 3600);
      await pay(page); // the page was open all the time
      await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
      assert.equal((await stripe.charges.list()).data.length, 0);
      assert.equal((await page.goto(session.url)).status(), 410);
      await page.getByRole('link', { name: 'Start again' }).click();
      await number(page, good);
      await pay(page);
      await page.waitForURL(`${site.url}/thanks?session_id=cs_test_*`);
      const [again] = (await stripe.checkout.sessions.list({ status: 'complete' })).data;
      assert.equal(again.recovered_from, session.id);
    });

    test('two tabs, and a nervous finger', limit, async (t) => {
      const { site, stripe, page, open } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      const other = await open(session.url);
      await number(page, good);
      await number(other, good);
      await page.getByRole('button', { name: 'Pay €10.99' }).dblclick({ noWaitAfter: true });
      // Without a script both presses are sent, and the second is told that it is paid.
      const told = page.getByRole('heading', { name: 'Payment received' });
      await (javaScriptEnabled ? home(page, site, session) : Promise.any([home(page, site, session), told.waitFor()]));
      await pay(other);
      await other.getByRole('heading', { name: 'Payment received' }).waitFor();
      assert.equal((await stripe.charges.list()).data.length, 1);
      await other.getByRole('link', { name: 'Return to' }).click();
      await home(other, site, session);
    });

    test('back to the shop, and again', limit, async (t) => {
      const { site, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await page.getByRole('link', { name: 'Back to' }).click();
      await page.waitForURL(`${site.url}/cart`);
      assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'open');
      await page.goBack();
      await number(page, good);
      await pay(page);
      await home(page, site, session);
    });

    test('the keyboard alone', limit, async (t) => {
      const { site, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url, { allow_promotion_codes: true }));
      await page.goto(session.url);
      await type(page, good);
      await page.getByLabel('Security code').press('Enter'); // pays, and does not apply a promotion code
      await home(page, site, session);
    });

    test('a form that is incomplete', limit, async (t) => {
      const { site, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      await page.goto(session.url);
      await pay(page);
      await page.getByRole('alert').waitFor();
      for (const label of ['Email', 'Card number', 'Expiration', 'Security code']) assert.equal(await page.getByLabel(label, { exact: true }).getAttribute('aria-invalid'), 'true', label);
      await page.getByRole('alert').getByRole('link', { name: 'Card number' }).click();
      assert.ok(await page.getByLabel('Card number').evaluate((element) => element === document.activeElement));
      assert.equal((await stripe.checkout.sessions.retrieve(session.id)).payment_intent, null, 'nothing was tried');
    });

    test('an intent of the API asks for 3DS', limit, async (t) => {
      const { site, stripe, page } = await visit(t);
      const create = () => stripe.paymentIntents.create({ amount: 1099, currency: 'eur', payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: `${site.url}/back?order=1` });
      for (const [button, status, result] of [['Complete authentication', 'succeeded', 'succeeded'], ['Fail authentication', 'requires_payment_method', 'failed']]) {
        const intent = await create();
        await page.goto(intent.next_action.redirect_to_url.url);
        await page.getByRole('button', { name: button }).click();
        await page.waitForURL(`${site.url}/back?*`);
        const query = Object.fromEntries(new URL(page.url()).searchParams);
        assert.deepEqual(query, { order: '1', payment_intent: intent.id, payment_intent_client_secret: intent.client_secret, redirect_status: result });
        assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status);
      }
    });

    test('a debit that takes days', limit, async (t) => {
      const { site, server, stripe, page } = await visit(t);
      const session = await stripe.checkout.sessions.create(shirt(site.url, { payment_method_types: ['card', 'sepa_debit'] }), { apiVersion: '2026-08-26.dahlia' });
      await page.goto(session.url);
      await page.getByLabel('SEPA Direct Debit').check();
      await page.getByLabel('Email').fill('jenny@example.com');
      await page.getByLabel('IBAN').fill('AT61 1904 3002 3457 3201');
      await page.getByLabel(/Name|name/).first().fill('Jenny Rosen');
      await pay(page);
      await home(page, site, session);
      assert.equal((await stripe.checkout.sessions.retrieve(session.id)).payment_status, 'unpaid');
      await server.advance(14 * 86400);
      assert.ok(site.types().includes('checkout.session.async_payment_succeeded'));
    });

    test('the dashboard', limit, async (t) => {
      const { site, server, stripe, page, open } = await visit(t);
      await page.goto(server.url);
      await page.getByText('Nothing has happened yet').waitFor();
      const session = await stripe.checkout.sessions.create(shirt(site.url));
      const customer = await open(session.url);
      await number(customer, secure);
      await customer.getByRole('button', { name: 'Pay €10.99' }).click();
      const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
      // With JavaScript the page shows it by itself.
      if (!javaScriptEnabled) await page.getByRole('link', { name: 'Reload' }).click();
      const row = page.getByRole('row', { name: intent });
      await row.getByText('requires action', { exact: false }).first().waitFor();
      await customer.getByRole('button', { name: 'Complete authentication' }).click();
      await home(customer, site, session);
      await server.idle();
      if (!javaScriptEnabled) await page.getByRole('link', { name: 'Reload' }).click();
      await row.locator('.pill', { hasText: 'succeeded' }).waitFor();
      const event = page.locator('details', { hasText: 'checkout.session.completed' }).first();
      await event.locator('summary').click();
      await event.getByText('"object": "event"').waitFor();

      await page.getByRole('button', { name: '+ 1 hour' }).click();
      await page.waitForLoadState();
      assert.equal(await server.now(), Date.UTC(2026, 8, 1, 1) / 1000);

      await page.getByRole('link', { name: intent }).first().click();
      await page.getByRole('heading', { name: intent }).waitFor();
      await page.getByRole('region', { name: 'Picture' }).locator('svg').waitFor();
      await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
      const posts = site.posts.length;
      await page.getByRole('button', { name: 'Resend' }).first().click();
      await page.waitForLoadState();
      await server.idle();
      assert.equal(site.posts.length, posts + 1);
    });
  });
}
