package intents_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/payintent/intents"
)

func ExampleMoney() {
	price := intents.Money{Amount: 2000, Currency: "usd"}
	fee, err := price.BasisPoints(290)
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := price.Sub(fee)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(price, "-", fee, "=", net)
	fmt.Println(intents.Money{Amount: 500, Currency: "jpy"})

	_, err = price.Add(intents.Money{Amount: 500, Currency: "jpy"})
	fmt.Println(err)
	// Output:
	// 20.00 USD - 0.58 USD = 19.42 USD
	// 500 JPY
	// currency: can't reckon with two currencies: 20.00 USD and 500 JPY
}

func ExampleCurrency_CheckCharge() {
	fmt.Println(intents.Currency("usd").CheckCharge(2000, "amount"))

	err := intents.Currency("usd").CheckCharge(49, "amount")
	if invalid, ok := errors.AsType[*intents.InvalidError](err); ok {
		fmt.Println(invalid.Param, invalid.Code)
		fmt.Println(invalid.Message)
	}
	// Output:
	// <nil>
	// amount amount_too_small
	// Amount must be at least 0.50 USD
}

func ExampleParseCurrency() {
	c, err := intents.ParseCurrency("KWD")
	fmt.Println(c, c.Decimals(), err)
	// Output:
	// kwd 3 <nil>
}

func ExampleMetadata() {
	m, err := intents.NewMetadata(map[string]string{"order_id": "6735", "shop": "Zürich"})
	if err != nil {
		fmt.Println(err)
		return
	}
	value, ok := m.Get("order_id")
	fmt.Println(value, ok)

	data, err := json.Marshal(m)
	fmt.Println(string(data), err)
	fmt.Printf("%#v\n", m)
	// Output:
	// 6735 true
	// {"order_id":"6735","shop":"Zürich"} <nil>
	// "order_id=6735&shop=Zürich"
}

func ExampleMetadata_Merge() {
	m := intents.Metadata("color=red&order_id=6735")
	update, err := intents.PairsOf("color", "", "size", "L")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err = m.Merge(update)
	fmt.Println(m, err)
	// Output:
	// order_id=6735&size=L <nil>
}

func ExamplePairs() {
	card, err := intents.PairsOf("last4", "4242", "brand", "visa")
	if err != nil {
		fmt.Println(err)
		return
	}
	for key, value := range card.All() {
		fmt.Println(key, value)
	}
	fmt.Println(card == "brand=visa&last4=4242")
	// Output:
	// brand visa
	// last4 4242
	// true
}
