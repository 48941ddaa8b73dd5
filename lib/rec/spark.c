/* spark - counts over time as a line of little bars */
#include "rec/spark.h"

static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
enum { HIGHEST = 7 };

/* Mean of the counts from i on that one bar shows. */
static double
mean_of(const json_t *counts, size_t i, size_t each)
{
	size_t n = json_array_size(counts), end = i + each < n ? i + each : n;
	double sum = 0;

	for (size_t k = i; k < end; k++) {
		json_int_t v = json_integer_value(json_array_get(counts, k));

		sum += v > 0 ? (double)v : 0;
	}
	return sum / (double)(end - i);
}

void
ir_spark_add(struct ir_buf *b, const json_t *counts)
{
	size_t n = json_array_size(counts), each = (n + IR_SPARK_WIDTH - 1) / IR_SPARK_WIDTH;
	double most = 0;

	for (size_t i = 0; i < n; i += each) {
		double mean = mean_of(counts, i, each);

		most = mean > most ? mean : most;
	}
	for (size_t i = 0; i < n; i += each) {
		double mean = mean_of(counts, i, each);
		int height = mean > 0 ? 1 + (int)(mean / most * (HIGHEST - 1)) : 0;

		ir_buf_adds(b, bars[height]);
	}
}
