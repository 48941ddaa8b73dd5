/* hash - vectors of FIPS 180-4, base 32, ids */
#include <stdlib.h>

#include "base/hash.h"
#include "tap.h"

static void
test_sha256(void)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char hex[IR_SHA_HEX], *million = malloc(1000000);

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_STR(ir_sha256_hex(t[i].text, strlen(t[i].text), hex), t[i].want, "SHA-256 of '%s'", t[i].text);
	memset(million, 'a', 1000000);
	IS_STR(ir_sha256_hex(million, 1000000, hex), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	    "SHA-256 of a million times 'a'");
	free(million);
}

static void
test_base32(void)
{
	static const struct {
		uint8_t bytes[5];
		const char *want;
	} t[] = {
		{ { 0, 0, 0, 0, 0 }, "00000000" },
		{ { 255, 255, 255, 255, 255 }, "zzzzzzzz" },
		{ { 0x00, 0x44, 0x32, 0x14, 0xc7 }, "01234567" },
		{ { 0x42, 0x54, 0xb6, 0x35, 0xcf }, "89abcdef" },
		{ { 0x84, 0x65, 0x3a, 0x56, 0xd7 }, "ghjkmnpq" },
		{ { 0xc6, 0x75, 0xbe, 0x77, 0xdf }, "rstvwxyz" },
	};
	char out[IR_ID_CHARS + 1];

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		ir_base32(t[i].bytes, out);
		IS_STR(out, t[i].want, "base 32, vector %zu", i);
	}
}

static void
test_id(void)
{
	static const char *const bad[] = { "", "chk-", "chk-q9w1dfw", "chk-q9w1dfwff", "chk_q9w1dfwf", "Chk-q9w1dfwf",
		"chk-Q9w1dfwf", "chk-i9w1dfwf", "chk-l9w1dfwf", "chk-o9w1dfwf", "chk-u9w1dfwf", "ch-q9w1dfwf",
		"chkk-9w1dfwf", "ch1-q9w1dfwf", "chk-q9w1 fwf", "chk-q9w1dfw-", "run:abcdefgh" };
	char id[IR_ID_MAX], full[IR_SHA_HEX];

	ir_id_make("chk", "abc", 3, id, full);
	IS_STR(id, "chk-q9w1dfwf", "the id of a key");
	IS_STR(full, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "and its whole hash");
	ir_id_make("dep", "abc", 3, id, NULL);
	IS_STR(id, "dep-q9w1dfwf", "which need not be asked for");
	ir_id_make("dep", "a\0c", 3, id, NULL);
	OK(strcmp(id, "dep-q9w1dfwf") != 0, "a key may hold NUL");
	OK(ir_id_valid("chk-q9w1dfwf", 12), "a valid id");
	OK(ir_id_valid("chk-q9w1dfwf rest", 12), "of exactly n bytes");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(!ir_id_valid(bad[i], strlen(bad[i])), "no id '%s'", bad[i]);
	OK(!ir_id_valid("chk-q9w1\0fwf", 12), "no id with a NUL");
}

static void
test_pack(void)
{
	char id[IR_ID_MAX];
	uint64_t last = 0;
	int bad = 0;

	OK(ir_id_pack("aaa-00000000") != 0, "never 0");
	OK(ir_id_pack("aaa-00000000") != ir_id_pack("aab-00000000"), "the prefix counts");
	OK(ir_id_pack("zzz-zzzzzzzz") > ir_id_pack("zzz-zzzzzzzy"), "and the last character");
	OK(ir_id_pack("zzz-zzzzzzzz") >> 55 == 0, "in 55 bits");
	for (int i = 0; i < 1000; i++) {
		ir_id_random("run", id);
		bad += !ir_id_valid(id, strlen(id)) || strncmp(id, "run-", 4) != 0 || ir_id_pack(id) == last;
		last = ir_id_pack(id);
	}
	IS_INT(bad, 0, "random ids are valid, and differ");
}

int
main(void)
{
	test_sha256();
	test_base32();
	test_id();
	test_pack();
	return tap_done();
}
