import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import Stripe from 'stripe';
import { fakestripe, limit, rejected, scope, shirt } from './kit.js';

const home = 'https://shop.example.com';

describe('checkout sessions', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });
  beforeEach(() => server.control('reset'));

  // page drives the page as the Stripe CLI's fixtures do.
  const page = (session, params) => stripe.rawRequest('POST', `/v1/payment_pages/${session}/confirm`, params);

  test('payment', limit, async () => {
    const customer = await stripe.customers.create({ email: 'jenny@example.com' });
    const session = await stripe.checkout.sessions.create(shirt(home, { customer: customer.id, client_reference_id: 'cart-1', metadata: { a: '1' }, expand: ['line_items', 'customer'] }));
    assert.match(session.id, /^cs_test_a1/);
    assert.equal(session.status, 'open');
    assert.equal(session.payment_status, 'unpaid');
    assert.equal(session.amount_total, 1099);
    assert.equal(session.payment_intent, null);
    assert.equal(session.customer.email, 'jenny@example.com');
    assert.equal(session.line_items.data[0].description, 'T-shirt');
    assert.equal(session.url, `${server.url}/c/pay/${session.id}`);
    assert.equal(session.expires_at, session.created + 86400);
    await page(session.id, { payment_method: 'pm_card_visa', expected_amount: 1099 });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge', 'line_items.data.price.product'] });
    assert.equal(done.status, 'complete');
    assert.equal(done.payment_status, 'paid');
    assert.equal(done.url, null);
    assert.equal(done.payment_intent.status, 'succeeded');
    assert.equal(done.payment_intent.latest_charge.amount, 1099);
    assert.equal(done.line_items.data[0].price.unit_amount, 1099);
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    assert.equal(items.data[0].amount_total, 1099);
    const found = await stripe.checkout.sessions.list({ payment_intent: done.payment_intent.id });
    assert.deepEqual(found.data.map((s) => s.id), [session.id]);
  });

  test('setup', limit, async () => {
    const customer = await stripe.customers.create();
    const session = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'eur', customer: customer.id, success_url: home });
    assert.match(session.setup_intent, /^seti_/);
    await page(session.id, { payment_method: 'pm_card_visa' });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] });
    assert.equal(done.payment_status, 'no_payment_required');
    assert.equal(done.setup_intent.payment_method.customer, customer.id);
  });

  test('declined, then paid: one intent', limit, async () => {
    const session = await stripe.checkout.sessions.create(shirt(home));
    const error = await rejected(page(session.id, { payment_method: 'pm_card_chargeDeclined' }));
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    await page(session.id, { payment_method: 'pm_card_visa' });
    const done = await stripe.checkout.sessions.retrieve(session.id);
    assert.equal(done.payment_intent, error.payment_intent.id);
    assert.equal((await server.types()).filter((type) => type === 'checkout.session.completed').length, 1);
  });

  test('expires, by hand and by itself', limit, async () => {
    const byHand = await stripe.checkout.sessions.create(shirt(home));
    assert.equal((await stripe.checkout.sessions.expire(byHand.id)).status, 'expired');
    assert.ok((await rejected(stripe.checkout.sessions.expire(byHand.id))) instanceof Stripe.errors.StripeInvalidRequestError);
    const soon = (await server.now()) + 1800;
    const byItself = await stripe.checkout.sessions.create(shirt(home, { expires_at: soon, after_expiration: { recovery: { enabled: true } } }));
    await server.advance(1799);
    assert.equal((await stripe.checkout.sessions.retrieve(byItself.id)).status, 'open');
    await server.advance(2);
    const over = await stripe.checkout.sessions.retrieve(byItself.id);
    assert.equal(over.status, 'expired');
    assert.match(over.after_expiration.recovery.url, new RegExp(`^${server.url}/r/`));
    assert.equal((await stripe.checkout.sessions.list({ status: 'expired' })).data.length, 2);
  });

  test('a debit', limit, async () => {
    const session = await stripe.checkout.sessions.create(shirt(home, { payment_method_types: ['sepa_debit'] }), { apiVersion: '2026-08-26.dahlia' });
    const account = await stripe.paymentMethods.create({ type: 'sepa_debit', sepa_debit: { iban: 'AT611904300234573201' }, billing_details: { name: 'Jenny', email: 'jenny@example.com' } });
    await page(session.id, { payment_method: account.id, expected_amount: 1099 });
    assert.deepEqual(pick(await stripe.checkout.sessions.retrieve(session.id)), ['complete', 'unpaid']);
    await server.advance(14 * 86400);
    assert.deepEqual(pick(await stripe.checkout.sessions.retrieve(session.id)), ['complete', 'paid']);
    assert.ok((await server.types()).includes('checkout.session.async_payment_succeeded'));
  });
  const pick = (session) => [session.status, session.payment_status];

  test('a subscription', limit, async () => {
    const price = await stripe.prices.create({ currency: 'usd', unit_amount: 1900, recurring: { interval: 'month' }, product_data: { name: 'Pro plan' } });
    const session = await stripe.checkout.sessions.create({ mode: 'subscription', success_url: home, line_items: [{ price: price.id, quantity: 2 }] });
    assert.equal(session.amount_total, 3800);
    await page(session.id, { payment_method: 'pm_card_visa', customer_details: { email: 'jenny@example.com' } });
    assert.equal((await stripe.checkout.sessions.retrieve(session.id)).status, 'complete');
  });

  test('what is refused', limit, async () => {
    const refused = (params) => rejected(stripe.checkout.sessions.create(params));
    assert.equal((await refused({ success_url: home })).param, 'mode');
    assert.equal((await refused(shirt(home, { line_items: undefined }))).param, 'line_items');
    assert.equal((await refused(shirt(home, { expires_at: 1 }))).param, 'expires_at');
    assert.equal((await refused(shirt(home, { line_items: [{ price: 'price_nope', quantity: 1 }] }))).code, 'resource_missing');
    assert.equal((await rejected(stripe.checkout.sessions.retrieve('cs_test_nope'))).code, 'resource_missing');
  });
});
