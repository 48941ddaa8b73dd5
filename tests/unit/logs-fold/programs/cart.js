function inner() {
  throw new TypeError("price is not a number");
}

class Cart {
  checkout() {
    try {
      inner();
    } catch (e) {
      throw Object.assign(new Error("checkout failed", { cause: e }), { code: "E_CHECKOUT" });
    }
  }
}

console.error("server listening on port", 3000);
try {
  new Cart().checkout();
} catch (e) {
  console.error(e);
}
console.error("going on");
console.error("request failed:", new RangeError("17 is too many"));
Promise.reject(new Error("not handled"));
process.once("uncaughtException", (e) => {
  console.error(e.stack);
  console.error("still here");
  setTimeout(() => new Cart().checkout(), 1);
});
