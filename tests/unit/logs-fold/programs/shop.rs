mod shop {
    pub fn checkout(cart: &[u32], n: usize) -> u32 {
        cart[n]
    }
}

fn main() {
    eprintln!("starting");
    let t = std::thread::spawn(|| assert_eq!(1 + 1, 3, "sums"));
    let _ = t.join();
    eprintln!("going on");
    println!("{}", shop::checkout(&[1, 2, 3], 7));
}
