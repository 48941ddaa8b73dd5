/* spark - counts over time as a line of little bars */
#include "rec/spark.h"

static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
enum { HIGHEST = 7 };

/* What column i of width shows of n counts. */
static double
sum_of(const json_t *counts, size_t n, size_t width, size_t i)
{
	double sum = 0;

	for (size_t k = i * n / width; k < (i + 1) * n / width; k++) {
		json_int_t v = json_integer_value(json_array_get(counts, k));

		sum += v > 0 ? (double)v : 0;
	}
	return sum;
}

void
ir_spark_add(struct ir_buf *b, const json_t *counts)
{
	size_t n = json_array_size(counts), width = n < IR_SPARK_WIDTH ? n : IR_SPARK_WIDTH;
	double most = 0;

	for (size_t i = 0; i < width; i++) {
		double sum = sum_of(counts, n, width, i);

		most = sum > most ? sum : most;
	}
	for (size_t i = 0; i < width; i++) {
		double sum = sum_of(counts, n, width, i);
		int height = sum > 0 ? 1 + (int)(sum / most * (HIGHEST - 1)) : 0;

		ir_buf_adds(b, bars[height]);
	}
}
