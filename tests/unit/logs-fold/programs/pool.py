from concurrent.futures import ProcessPoolExecutor


def work(n):
    return 10 // n


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(pool.submit(work, 0).result())
