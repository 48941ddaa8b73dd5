<?php
class Declined extends RuntimeException {}

function charge(string $card): int {
	return intdiv(1, 0);
}

class Shop {
	public static function checkout(int $order): void {
		try {
			charge("x1");
		} catch (DivisionByZeroError $e) {
			throw new Declined("order $order", 3, $e);
		}
	}
}

error_log("starting");
array_map(fn($n) => Shop::checkout($n), [17]);
