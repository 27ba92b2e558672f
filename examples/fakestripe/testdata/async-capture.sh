# Stripe's page on asynchronous capture, but for the host and the key.
curl https://api.stripe.com/v1/payment_intents \
  -u sk_test_BQokikJOvBiI2HlWgH4olfQ2: \
  -d amount=2000 \
  -d currency=usd \
  -d "payment_method_types[]"=card \
  -d payment_method=pm_card_visa \
  -d capture_method=automatic_async \
  -d confirm=true
