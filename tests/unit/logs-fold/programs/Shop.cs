using System;
class Shop {
	static int Price(string s) { return int.Parse(s); }
	static void Checkout(string s) {
		try { Price(s); }
		catch (FormatException e) { throw new InvalidOperationException("order 17", e); }
	}
	static void Main() {
		Console.Error.WriteLine("starting");
		try { Checkout("x"); } catch (Exception e) { Console.Error.WriteLine(e); }
		Console.Error.WriteLine("going on");
		Checkout("y");
	}
}
