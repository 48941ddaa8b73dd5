import logging
import threading
import warnings

logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
log = logging.getLogger("django.request")


def view(x):
    return 1 / x


log.info("GET /cart took %d ms", 12)
for path in ("/cart", "/checkout"):
    try:
        view(0)
    except ZeroDivisionError:
        log.exception("Internal Server Error: %s", path)
log.info("GET /cart took %d ms", 13)
try:
    raise RuntimeError("one\n\ttwo\n\tthree")
except RuntimeError:
    log.exception("several lines")
log.warning("where", stack_info=True)
t = threading.Thread(target=view, args=(0,))
t.start()
t.join()
warnings.warn("old")
log.info("formats %d", "x")
log.info("done")
