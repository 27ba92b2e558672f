package intents
