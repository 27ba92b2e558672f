import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import Stripe from 'stripe';
import { fakestripe, limit, rejected, scope } from './kit.js';

const eur = { amount: 1099, currency: 'eur' };
const paid = { ...eur, payment_method: 'pm_card_visa', allowed_payment_method_types: ['card'], confirm: true };

describe('objects', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });
  beforeEach(() => server.control('reset'));

  test('a customer and their payment methods', limit, async () => {
    const customer = await stripe.customers.create({ email: 'jenny@example.com', name: 'Jenny Rosen', address: { line1: '1 Main St', country: 'US' }, metadata: { a: '1' } });
    assert.match(customer.id, /^cus_/);
    assert.equal(customer.address.line1, '1 Main St');
    assert.equal(customer.address.city, null);
    const visa = await stripe.paymentMethods.create({ type: 'card', card: { number: '4242424242424242', exp_month: 8, exp_year: 2034, cvc: '314' }, billing_details: { name: 'Jenny Rosen' } });
    assert.equal(visa.card.last4, '4242');
    assert.equal(visa.card.exp_year, 2034);
    assert.equal(visa.customer, null);
    const attached = await stripe.paymentMethods.attach(visa.id, { customer: customer.id });
    assert.equal(attached.customer, customer.id);
    const amex = await stripe.paymentMethods.attach('pm_card_amex', { customer: customer.id });
    assert.notEqual(amex.id, 'pm_card_amex');
    const token = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
    assert.equal(token.card.brand, 'mastercard');
    assert.deepEqual((await stripe.customers.listPaymentMethods(customer.id)).data.map((pm) => pm.id), [amex.id, visa.id]);
    assert.deepEqual((await stripe.paymentMethods.list({ customer: customer.id, type: 'card', limit: 1 })).data.map((pm) => pm.id), [amex.id]);
    const updated = await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: visa.id }, name: '', metadata: { a: '' } });
    assert.equal(updated.invoice_settings.default_payment_method, visa.id);
    assert.equal(updated.name, null);
    assert.deepEqual(updated.metadata, {});
    const gone = await stripe.paymentMethods.detach(visa.id);
    assert.equal(gone.customer, null);
    const again = await rejected(stripe.paymentMethods.attach(visa.id, { customer: customer.id }));
    assert.ok(again instanceof Stripe.errors.StripeInvalidRequestError);
    const deleted = await stripe.customers.del(customer.id);
    assert.deepEqual([deleted.id, deleted.object, deleted.deleted], [customer.id, 'customer', true]);
    assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
    assert.ok((await server.types()).includes('customer.deleted'));
  });

  test('a card that is wrong', limit, async () => {
    const wrong = (card) => rejected(stripe.paymentMethods.create({ type: 'card', card: { number: '4242424242424242', exp_month: 8, exp_year: 2034, cvc: '314', ...card } }));
    for (const [card, code, param] of [
      [{ number: '4242424242424241' }, 'incorrect_number', 'number'],
      [{ exp_month: 13 }, 'invalid_expiry_month', 'exp_month'],
      [{ exp_year: 2020 }, 'invalid_expiry_year', 'exp_year'],
      [{ cvc: '1' }, 'invalid_cvc', 'cvc'],
    ]) {
      const error = await wrong(card);
      assert.ok(error instanceof Stripe.errors.StripeCardError, code);
      assert.equal(error.code, code);
      assert.equal(error.raw.param, param);
    }
  });

  test('auto-pagination over more than 100 objects', limit, async () => {
    const ids = [];
    for (let i = 0; i < 120; i++) ids.push((await stripe.customers.create({ name: `Customer ${i}`, email: i % 2 ? 'odd@example.com' : 'even@example.com' })).id);
    ids.reverse(); // newest first
    const walked = [];
    for await (const customer of stripe.customers.list({ limit: 50 })) walked.push(customer.id);
    assert.deepEqual(walked, ids);
    assert.deepEqual((await stripe.customers.list().autoPagingToArray({ limit: 1000 })).map((c) => c.id), ids);
    assert.equal((await stripe.customers.list({ limit: 100, email: 'odd@example.com' }).autoPagingToArray({ limit: 1000 })).length, 60);
    const page = await stripe.customers.list({ limit: 100 });
    assert.equal(page.data.length, 100);
    assert.equal(page.has_more, true);
    assert.equal(page.url, '/v1/customers');
    const rest = await stripe.customers.list({ limit: 100, starting_after: page.data[99].id });
    assert.equal(rest.has_more, false);
    assert.deepEqual(rest.data.map((c) => c.id), ids.slice(100));
    // Backwards the client turns each page round.
    const back = [];
    for await (const customer of stripe.customers.list({ limit: 7, ending_before: ids[20] })) back.push(customer.id);
    assert.deepEqual(back, ids.slice(0, 20).reverse());
    assert.equal((await rejected(stripe.customers.list({ starting_after: 'cus_nope' }))).code, 'resource_missing');
    assert.equal((await stripe.events.list({ type: 'customer.created' }).autoPagingToArray({ limit: 1000 })).length, 120);
  });

  test('expand', limit, async () => {
    const customer = await stripe.customers.create({ name: 'Jenny' });
    const intent = await stripe.paymentIntents.create({ ...paid, customer: customer.id, expand: ['customer', 'latest_charge.balance_transaction', 'payment_method'] });
    assert.equal(intent.customer.name, 'Jenny');
    assert.equal(intent.payment_method.card.last4, '4242');
    assert.equal(intent.latest_charge.balance_transaction, null, 'it comes a moment later');
    await server.advance(10);
    const list = await stripe.paymentIntents.list({ customer: customer.id, expand: ['data.latest_charge.balance_transaction'] });
    assert.equal(list.data[0].latest_charge.balance_transaction.amount, 1099);
    const error = await rejected(stripe.paymentIntents.retrieve(intent.id, { expand: ['nope'] }));
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    assert.match(error.message, /cannot be expanded/i);
  });

  test('balance transactions', limit, async () => {
    const intent = await stripe.paymentIntents.create(paid);
    await server.advance(10);
    await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    await server.advance(10);
    const entries = await stripe.balanceTransactions.list();
    assert.deepEqual(entries.data.map((entry) => [entry.type, entry.amount]), [['refund', -100], ['charge', 1099]]);
    assert.equal(entries.data[1].source, intent.latest_charge);
    assert.equal((await stripe.balanceTransactions.retrieve(entries.data[0].id)).net, -100);
  });

  test('a legacy charge', limit, async () => {
    const charge = await stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_visa', capture: false });
    assert.equal(charge.captured, false);
    assert.equal((await stripe.charges.capture(charge.id)).captured, true);
    const refund = await stripe.refunds.create({ charge: charge.id });
    assert.equal(refund.amount, 500);
  });

  test('products and prices', limit, async () => {
    const product = await stripe.products.create({ name: 'T-shirt', default_price_data: { currency: 'eur', unit_amount: 1099 }, expand: ['default_price'] });
    assert.equal(product.default_price.unit_amount, 1099);
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 1200, recurring: { interval: 'month' }, lookup_key: 'monthly' });
    assert.equal((await stripe.prices.list({ lookup_keys: ['monthly'] })).data[0].id, price.id);
  });
});

describe('errors', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });

  test('by class', limit, async () => {
    const { errors } = Stripe;
    const missing = await rejected(stripe.paymentIntents.retrieve('pi_nope'));
    assert.ok(missing instanceof errors.StripeInvalidRequestError);
    assert.deepEqual([missing.statusCode, missing.code, missing.param], [404, 'resource_missing', 'intent']);
    assert.equal(missing.message, "No such payment_intent: 'pi_nope'");
    assert.match(missing.raw.request_log_url, /^https:\/\/dashboard\.stripe\.com\//);
    assert.equal(missing.headers['request-id'], missing.requestId);

    const needed = await rejected(stripe.paymentIntents.create({ currency: 'eur' }));
    assert.deepEqual([needed.statusCode, needed.code, needed.param], [400, 'parameter_missing', 'amount']);
    const unknown = await rejected(stripe.paymentIntents.create({ ...eur, shpping: { name: 'x' } }));
    assert.deepEqual([unknown.statusCode, unknown.code, unknown.param], [400, 'parameter_unknown', 'shpping']);
    const small = await rejected(stripe.paymentIntents.create({ amount: 1, currency: 'eur' }));
    assert.equal(small.code, 'amount_too_small');
    const currency = await rejected(stripe.paymentIntents.create({ amount: 100, currency: 'xxy' }));
    assert.equal(currency.param, 'currency');

    const stranger = await rejected(server.client({}, 'sk_live_51NotOfThisAccount').customers.list());
    assert.ok(stranger instanceof errors.StripeAuthenticationError);
    assert.equal(stranger.statusCode, 401);
    assert.match(stranger.message, /^Invalid API Key provided: sk_live/);

    const card = await rejected(stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_chargeDeclined' }));
    assert.ok(card instanceof errors.StripeCardError);

    const route = await rejected(stripe.balance.retrieve({ nope: 1 }));
    assert.ok(route instanceof errors.StripeInvalidRequestError);

    await server.control('faults', { rate_limit: 1 });
    assert.ok((await rejected(stripe.customers.list())) instanceof errors.StripeRateLimitError);
    await server.control('faults', { broken: 1 });
    assert.ok((await rejected(stripe.customers.list())) instanceof errors.StripeAPIError);
    await server.control('faults', { lost: 1 });
    assert.ok((await rejected(stripe.customers.list())) instanceof errors.StripeConnectionError);
    await server.control('faults');
    assert.equal((await stripe.customers.list()).object, 'list');
  });

  test('a version that is none', limit, async () => {
    const error = await rejected(stripe.customers.list({}, { apiVersion: 'yesterday' }));
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
  });

  test('older versions', limit, async () => {
    const old = await stripe.paymentIntents.create({ ...eur, payment_method: 'pm_card_visa', payment_method_types: ['card'], confirm: true }, { apiVersion: '2022-08-01' });
    assert.equal(old.charges.data[0].amount, 1099);
    assert.equal((await stripe.paymentIntents.retrieve(old.id)).charges, undefined);
  });
});

describe('idempotency', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });
  beforeEach(() => server.control('reset'));

  test('a replay', limit, async () => {
    const first = await stripe.paymentIntents.create(paid, { idempotencyKey: 'order-1' });
    const second = await stripe.paymentIntents.create(paid, { idempotencyKey: 'order-1' });
    assert.equal(second.id, first.id);
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await stripe.charges.list()).data.length, 1);
    const other = await rejected(stripe.paymentIntents.create({ ...paid, amount: 1 + paid.amount }, { idempotencyKey: 'order-1' }));
    assert.ok(other instanceof Stripe.errors.StripeIdempotencyError);
    assert.equal(other.statusCode, 400);
    await server.advance(25 * 3600);
    assert.notEqual((await stripe.paymentIntents.create(paid, { idempotencyKey: 'order-1' })).id, first.id);
  });

  test('a decline is replayed too', limit, async () => {
    const create = () => rejected(stripe.paymentIntents.create({ ...paid, payment_method: 'pm_card_chargeDeclined' }, { idempotencyKey: 'order-2' }));
    const first = await create();
    const second = await create();
    assert.ok(second instanceof Stripe.errors.StripeCardError);
    assert.equal(second.payment_intent.id, first.payment_intent.id);
    assert.equal((await stripe.charges.list()).data.length, 1);
  });

  test('many at once make one charge', limit, async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => stripe.paymentIntents.create(paid, { idempotencyKey: 'order-3' })));
    const ids = new Set(results.filter((r) => r.status === 'fulfilled').map((r) => r.value.id));
    assert.equal(ids.size, 1);
    for (const r of results.filter((r) => r.status === 'rejected')) assert.equal(r.reason.statusCode, 409);
    assert.equal((await stripe.charges.list()).data.length, 1);
  });

  test('the client tries again after lost answers, and pays once', limit, async () => {
    // One answer in two is lost, one request in three breaks. The client's own retries
    // carry the key of its first try.
    await server.control('faults', { seed: 11, lost: 2, broken: 3 });
    const patient = server.client({ maxNetworkRetries: 12 });
    patient.getInitialNetworkRetryDelay = patient.getMaxNetworkRetryDelay = () => 0.005; // seconds
    const made = [];
    for (let i = 0; i < 10; i++) made.push((await patient.paymentIntents.create(paid)).id);
    await server.control('faults');
    assert.equal(new Set(made).size, 10);
    assert.equal((await stripe.charges.list({ limit: 100 })).data.length, 10);
  });
});
