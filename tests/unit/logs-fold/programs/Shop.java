package shop;

import java.util.List;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

public class Shop {
	static class Till implements AutoCloseable {
		@Override public void close() { throw new IllegalStateException("till is jammed"); }
	}

	static int price(String s) {
		return Integer.parseInt(s);
	}

	static void checkout(String s) {
		try (Till t = new Till()) {
			List.of(s).stream().map(Shop::price).forEach(p -> System.out.println(p));
		} catch (NumberFormatException e) {
			throw new RuntimeException("checkout failed\nfor two reasons", e);
		}
	}

	public static void main(String[] args) {
		Logger log = Logger.getLogger("shop");
		log.info("starting");
		try {
			checkout("12,50");
		} catch (RuntimeException e) {
			log.log(Level.SEVERE, "order 17", e);
		}
		log.info("going on");
		try {
			checkout("x");
		} catch (RuntimeException e) {
			e.printStackTrace();
		}
		System.err.println("one more");
		checkout("99 EUR");
	}
}
