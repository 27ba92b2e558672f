import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import Stripe from 'stripe';
import { fakestripe, limit, rejected, scope } from './kit.js';

const eur = { amount: 1099, currency: 'eur' };
const dahlia = { apiVersion: '2026-08-26.dahlia' };
const cards = { allowed_payment_method_types: ['card'] };

describe('payment intents', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });
  beforeEach(() => server.control('reset'));

  test('create, confirm', limit, async () => {
    const made = await stripe.paymentIntents.create({ ...eur, metadata: { order: '6735' }, description: 'A T-shirt' });
    assert.match(made.id, /^pi_[0-9A-Za-z]{24}$/);
    assert.equal(made.status, 'requires_payment_method');
    assert.match(made.client_secret, new RegExp(`^${made.id}_secret_`));
    const paid = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa', return_url: 'https://shop.example.com' });
    assert.equal(paid.status, 'succeeded');
    assert.equal(paid.amount_received, 1099);
    assert.deepEqual(paid.metadata, { order: '6735' });
    const charge = await stripe.charges.retrieve(paid.latest_charge, { expand: ['payment_intent', 'balance_transaction'] });
    assert.equal(charge.payment_intent.id, made.id);
    assert.equal(charge.payment_method_details.card.brand, 'visa');
    assert.equal(charge.outcome.type, 'authorized');
    await server.advance(60); // the ledger is written a moment later
    const entry = (await stripe.charges.retrieve(charge.id, { expand: ['balance_transaction'] })).balance_transaction;
    assert.equal(entry.net, entry.amount - entry.fee);
    const seen = await server.types();
    assert.deepEqual(seen.slice(0, 3).sort(), ['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded']);
  });

  test('authorize, capture a part', limit, async () => {
    const held = await stripe.paymentIntents.create({ ...eur, capture_method: 'manual', payment_method: 'pm_card_visa', ...cards, confirm: true });
    assert.equal(held.status, 'requires_capture');
    assert.equal(held.amount_capturable, 1099);
    const captured = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 750 }, { expand: ['latest_charge'] });
    assert.equal(captured.status, 'succeeded');
    assert.equal(captured.amount_received, 750);
    const charge = await stripe.charges.retrieve(captured.latest_charge);
    assert.equal(charge.amount_captured, 750);
    assert.equal(charge.amount_refunded, 0, 'the rest is let go, which is no refund since basil');
    const twice = await rejected(stripe.paymentIntents.capture(held.id));
    assert.ok(twice instanceof Stripe.errors.StripeInvalidRequestError);
    assert.equal(twice.code, 'payment_intent_unexpected_state');
    assert.equal(twice.payment_intent.id, held.id);
  });

  test('authorize, cancel', limit, async () => {
    const held = await stripe.paymentIntents.create({ ...eur, capture_method: 'manual', payment_method: 'pm_card_visa', ...cards, confirm: true });
    const canceled = await stripe.paymentIntents.cancel(held.id, { cancellation_reason: 'requested_by_customer' });
    assert.equal(canceled.status, 'canceled');
    assert.equal(canceled.cancellation_reason, 'requested_by_customer');
    assert.equal(canceled.amount_capturable, 0);
    const charge = await stripe.charges.retrieve(canceled.latest_charge);
    assert.equal(charge.captured, false);
    assert.equal(charge.amount_captured, 0);
    const late = await rejected(stripe.paymentIntents.confirm(held.id, { payment_method: 'pm_card_visa' }));
    assert.equal(late.type, 'StripeInvalidRequestError');
    assert.equal(late.statusCode, 400);
  });

  test('an authorization ends by itself', limit, async () => {
    const held = await stripe.paymentIntents.create({ ...eur, capture_method: 'manual', payment_method: 'pm_card_visa', ...cards, confirm: true });
    await server.advance(6 * 86400);
    assert.equal((await stripe.paymentIntents.retrieve(held.id)).status, 'requires_capture');
    await server.advance(2 * 86400);
    const over = await stripe.paymentIntents.retrieve(held.id);
    assert.equal(over.status, 'canceled');
    assert.equal(over.cancellation_reason, 'expired');
  });

  test('3DS, passed and failed', limit, async () => {
    const three = { ...eur, payment_method: 'pm_card_threeDSecure2Required', ...cards, confirm: true };
    const asked = await stripe.paymentIntents.create({ ...three, return_url: 'https://shop.example.com/back' });
    assert.equal(asked.status, 'requires_action');
    assert.equal(asked.next_action.type, 'redirect_to_url');
    assert.equal(asked.next_action.redirect_to_url.return_url, 'https://shop.example.com/back');
    await server.act(asked.id);
    assert.equal((await stripe.paymentIntents.retrieve(asked.id)).status, 'succeeded');

    const inApp = await stripe.paymentIntents.create(three);
    assert.equal(inApp.next_action.type, 'use_stripe_sdk');
    await server.act(inApp.id, 'fail');
    const failed = await stripe.paymentIntents.retrieve(inApp.id);
    assert.equal(failed.status, 'requires_payment_method');
    assert.equal(failed.last_payment_error.code, 'payment_intent_authentication_failure');
    assert.equal(failed.payment_method, null);
    const again = await stripe.paymentIntents.confirm(inApp.id, { payment_method: 'pm_card_visa' });
    assert.equal(again.status, 'succeeded');
    assert.equal(again.last_payment_error, null);

    const strict = await rejected(stripe.paymentIntents.create({ ...three, error_on_requires_action: true }));
    assert.ok(strict instanceof Stripe.errors.StripeCardError);
    assert.equal(strict.code, 'authentication_required');
  });

  // Whether the last three have a decline_code too is not documented. The client makes
  // an empty text of none.
  const declines = {
    pm_card_visa_chargeDeclined: ['card_declined', ['generic_decline']],
    pm_card_visa_chargeDeclinedInsufficientFunds: ['card_declined', ['insufficient_funds']],
    pm_card_visa_chargeDeclinedLostCard: ['card_declined', ['lost_card']],
    pm_card_chargeDeclinedExpiredCard: ['expired_card', ['', 'expired_card']],
    pm_card_chargeDeclinedIncorrectCvc: ['incorrect_cvc', ['', 'incorrect_cvc']],
    pm_card_chargeDeclinedProcessingError: ['processing_error', ['', 'processing_error']],
  };
  for (const [method, [code, declineCode]] of Object.entries(declines)) {
    test(`a decline: ${method}`, limit, async () => {
      const error = await rejected(stripe.paymentIntents.create({ ...eur, payment_method: method, ...cards, confirm: true }));
      assert.ok(error instanceof Stripe.errors.StripeCardError);
      assert.equal(error.type, 'StripeCardError');
      assert.equal(error.rawType, 'card_error');
      assert.equal(error.statusCode, 402);
      assert.equal(error.code, code);
      assert.ok(declineCode.includes(error.decline_code), error.decline_code);
      assert.match(error.charge, /^ch_/);
      assert.match(error.requestId, /^req_/);
      assert.match(error.doc_url, new RegExp(`#|/${code.replaceAll('_', '-')}`));
      assert.equal(error.payment_intent.status, 'requires_payment_method');
      assert.equal(error.payment_intent.last_payment_error.code, code);
      assert.equal(error.payment_method.type, 'card');
      const kept = await stripe.paymentIntents.retrieve(error.payment_intent.id, { expand: ['latest_charge'] });
      assert.equal(kept.latest_charge.id, error.charge);
      assert.equal(kept.latest_charge.status, 'failed');
      assert.equal(kept.latest_charge.failure_code, code);
      const paid = await stripe.paymentIntents.confirm(kept.id, { payment_method: 'pm_card_mastercard' });
      assert.equal(paid.status, 'succeeded');
    });
  }

  test('a debit that takes days', limit, async () => {
    const customer = await stripe.customers.create({ email: 'jenny@example.com', name: 'Jenny Rosen' });
    // Endive has no payment_method_types, and a new account no debits turned on.
    const debit = (method) => stripe.paymentIntents.create({
      amount: 5000, currency: 'usd', customer: customer.id, payment_method: method, payment_method_types: ['us_bank_account'], confirm: true,
      mandate_data: { customer_acceptance: { type: 'online', online: { ip_address: '127.0.0.1', user_agent: 'node' } } },
    }, dahlia);
    const good = await debit('pm_usBankAccount_success');
    const bad = await debit('pm_usBankAccount_insufficientFunds');
    assert.equal(good.status, 'processing');
    await server.advance(10 * 86400);
    assert.equal((await stripe.paymentIntents.retrieve(good.id)).status, 'succeeded');
    const failed = await stripe.paymentIntents.retrieve(bad.id);
    assert.equal(failed.status, 'requires_payment_method');
    assert.equal(failed.last_payment_error.code, 'insufficient_funds');
  });

  test('update: metadata merged and unset', limit, async () => {
    const made = await stripe.paymentIntents.create({ ...eur, metadata: { a: '1', b: '2' } });
    const merged = await stripe.paymentIntents.update(made.id, { amount: 2000, metadata: { b: '', c: '3' }, description: 'x' });
    assert.deepEqual(merged.metadata, { a: '1', c: '3' });
    assert.equal(merged.amount, 2000);
    const cleared = await stripe.paymentIntents.update(made.id, { metadata: '', description: '' });
    assert.deepEqual(cleared.metadata, {});
    assert.equal(cleared.description, null);
  });

  test('the parameters of every kind of text come through', limit, async () => {
    const text = 'Grüße & 30 % = <b>„ünïcode“</b> + 🧦 [x]\n"quoted"';
    const made = await stripe.paymentIntents.create({ ...eur, description: text, metadata: { 'a key, with = & and % in it': text }, shipping: { name: text, address: { line1: text, country: 'DE' } } });
    assert.equal(made.description, text);
    assert.equal(made.metadata['a key, with = & and % in it'], text);
    assert.equal(made.shipping.address.line1, text);
  });

  test('refunds', limit, async () => {
    const paid = await stripe.paymentIntents.create({ ...eur, payment_method: 'pm_card_visa', ...cards, confirm: true });
    const part = await stripe.refunds.create({ payment_intent: paid.id, amount: 99, reason: 'requested_by_customer', metadata: { why: 'size' } });
    assert.equal(part.status, 'succeeded');
    assert.equal(part.charge, paid.latest_charge);
    const rest = await stripe.refunds.create({ charge: paid.latest_charge });
    assert.equal(rest.amount, 1000);
    const charge = await stripe.charges.retrieve(paid.latest_charge);
    assert.ok(charge.refunded);
    assert.equal(charge.amount_refunded, 1099);
    const error = await rejected(stripe.refunds.create({ payment_intent: paid.id }));
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    assert.equal(error.code, 'charge_already_refunded');
    const list = await stripe.refunds.list({ payment_intent: paid.id });
    assert.deepEqual(list.data.map((refund) => refund.id), [rest.id, part.id]);
    assert.deepEqual((await stripe.refunds.update(part.id, { metadata: { why: '' } })).metadata, {});
    assert.equal((await server.types()).filter((type) => type === 'charge.refunded').length, 2);

    const slow = await stripe.paymentIntents.create({ ...eur, payment_method: 'pm_card_refundFail', ...cards, confirm: true });
    const refund = await stripe.refunds.create({ payment_intent: slow.id });
    await server.advance(30 * 86400);
    assert.equal((await stripe.refunds.retrieve(refund.id)).status, 'failed');
  });

  test('parameters that a version does not have', limit, async () => {
    const error = await rejected(stripe.paymentIntents.create({ ...eur, payment_method_types: ['card'] }));
    assert.equal(error.code, 'payment_method_types_no_longer_supported');
    assert.equal(error.headers['stripe-version'], '2026-10-28.endive');
    const made = await stripe.paymentIntents.create({ ...eur, payment_method_types: ['card'] }, dahlia);
    assert.deepEqual(made.payment_method_types, ['card']);
    assert.equal(made.lastResponse.apiVersion, '2026-08-26.dahlia');
  });

  test('search', limit, async () => {
    const a = await stripe.paymentIntents.create({ ...eur, metadata: { order: '1' } });
    await stripe.paymentIntents.create({ ...eur, metadata: { order: '2' } });
    const found = await stripe.paymentIntents.search({ query: 'metadata["order"]:"1" AND status:"requires_payment_method"' });
    assert.deepEqual(found.data.map((intent) => intent.id), [a.id]);
    assert.equal(found.object, 'search_result');
  });

  test('confirmation tokens', limit, async () => {
    const token = await stripe.testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa', return_url: 'https://shop.example.com' });
    const paid = await stripe.paymentIntents.create({ ...eur, confirm: true, confirmation_token: token.id });
    assert.equal(paid.status, 'succeeded');
    const used = await stripe.confirmationTokens.retrieve(token.id);
    assert.equal(used.payment_intent, paid.id);
    const again = await rejected(stripe.paymentIntents.create({ ...eur, confirm: true, confirmation_token: token.id }));
    assert.ok(again instanceof Stripe.errors.StripeInvalidRequestError);
  });
});

describe('setup intents', () => {
  const all = scope(after);
  let server, stripe;
  before(async () => {
    server = await fakestripe(all);
    stripe = server.stripe;
  });

  test('save a card, charge it when the customer is away', limit, async () => {
    const customer = await stripe.customers.create({ name: 'Jenny Rosen' });
    const setup = await stripe.setupIntents.create({ customer: customer.id, ...cards, usage: 'off_session' });
    assert.equal(setup.status, 'requires_payment_method');
    const asked = await stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_authenticationRequiredOnSetup', return_url: 'https://shop.example.com' });
    assert.equal(asked.status, 'requires_action');
    await server.act(asked.id);
    const saved = await stripe.setupIntents.retrieve(setup.id, { expand: ['payment_method', 'latest_attempt'] });
    assert.equal(saved.status, 'succeeded');
    assert.equal(saved.payment_method.customer, customer.id);
    assert.equal(saved.latest_attempt.status, 'succeeded');
    const attempts = await stripe.setupAttempts.list({ setup_intent: setup.id });
    assert.equal(attempts.data.length, 1);
    const paid = await stripe.paymentIntents.create({ amount: 1099, currency: 'usd', customer: customer.id, payment_method: saved.payment_method.id, off_session: true, confirm: true });
    assert.equal(paid.status, 'succeeded');
  });

  test('away, and the bank wants to see them', limit, async () => {
    const customer = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer: customer.id });
    const error = await rejected(stripe.paymentIntents.create({ amount: 1099, currency: 'usd', customer: customer.id, payment_method: method.id, off_session: true, confirm: true }));
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.equal(error.code, 'authentication_required');
    assert.equal(error.payment_method.id, method.id);
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    const asked = await stripe.paymentIntents.confirm(error.payment_intent.id, { payment_method: error.payment_method.id });
    assert.equal(asked.status, 'requires_action');
    await server.act(asked.id);
    assert.equal((await stripe.paymentIntents.retrieve(asked.id)).status, 'succeeded');
  });

  test('declined', limit, async () => {
    const error = await rejected(stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', ...cards, confirm: true }));
    assert.ok(error instanceof Stripe.errors.StripeCardError);
    assert.equal(error.code, 'card_declined');
    assert.equal(error.setup_intent.status, 'requires_payment_method');
    assert.equal(error.setup_intent.last_setup_error.code, 'card_declined');
    const saved = await stripe.setupIntents.confirm(error.setup_intent.id, { payment_method: 'pm_card_visa' });
    assert.equal(saved.status, 'succeeded');
  });

  test('cancel', limit, async () => {
    const setup = await stripe.setupIntents.create({ ...cards });
    const canceled = await stripe.setupIntents.cancel(setup.id, { cancellation_reason: 'abandoned' });
    assert.equal(canceled.status, 'canceled');
    assert.equal(canceled.cancellation_reason, 'abandoned');
    const error = await rejected(stripe.setupIntents.cancel(setup.id));
    assert.equal(error.code, 'setup_intent_unexpected_state');
    assert.equal(error.setup_intent.id, setup.id);
  });

  test('microdeposits', limit, async () => {
    const setup = await stripe.setupIntents.create({
      payment_method_types: ['us_bank_account'], confirm: true,
      payment_method_data: { type: 'us_bank_account', us_bank_account: { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'individual' }, billing_details: { name: 'Jenny', email: 'j@example.com' } },
      payment_method_options: { us_bank_account: { verification_method: 'microdeposits' } },
      mandate_data: { customer_acceptance: { type: 'offline' } },
    }, dahlia);
    assert.equal(setup.next_action.type, 'verify_with_microdeposits');
    const error = await rejected(stripe.setupIntents.verifyMicrodeposits(setup.id, { descriptor_code: 'SM00AA' }));
    assert.equal(error.statusCode, 400);
    const saved = await stripe.setupIntents.verifyMicrodeposits(setup.id, { descriptor_code: 'SM11AA' });
    assert.equal(saved.status, 'succeeded');
    assert.equal((await stripe.mandates.retrieve(saved.mandate)).status, 'active');
  });
});

describe('with a publishable key', () => {
  test('an intent is seen with its client_secret only', limit, async (t) => {
    const server = await fakestripe(t);
    const front = server.client({}, 'pk_test_e2e');
    const made = await server.stripe.paymentIntents.create(eur);
    const seen = await front.paymentIntents.retrieve(made.id, { client_secret: made.client_secret });
    assert.equal(seen.id, made.id);
    assert.equal(seen.metadata, undefined);
    const paid = await front.paymentIntents.confirm(made.id, { client_secret: made.client_secret, payment_method: 'pm_card_visa', return_url: 'https://shop.example.com' });
    assert.equal(paid.status, 'succeeded');
    assert.ok((await rejected(front.paymentIntents.retrieve(made.id))) instanceof Stripe.errors.StripeInvalidRequestError);
    assert.ok((await rejected(front.paymentIntents.list())) instanceof Stripe.errors.StripeAuthenticationError);
  });
});
