# ir - a toolkit for incident response.  `make help` tells the targets.
PREFIX  ?= /usr/local
CC      ?= cc
FLAVOUR ?= plain
DEPS    ?= yes
CFLAGS  ?= -O2 -g

san.plain =
san.asan  = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
san.fuzz  = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
fort.plain = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2

B    := build/$(FLAVOUR)
CMD  := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
LIB  := $(patsubst %.c,$(B)/%.o,$(wildcard lib/*/*.c))
UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
TOOL := $(filter-out box,$(patsubst tests/tools/%.c,%,$(wildcard tests/tools/*.c)))

override CPPFLAGS += -Ilib -D_GNU_SOURCE $(fort.$(FLAVOUR)) -include base/banned.h
override CFLAGS   += -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
                     -Wformat=2 -Werror -fPIE -fstack-protector-strong -MMD -MP $(san.$(FLAVOUR))
override LDFLAGS  += -pie -Wl,-z,relro,-z,now,--as-needed
LDLIBS   := -ljansson -lnettle -linih -lyaml -lpthread -ldl

all: $(CMD:%=$(B)/bin/%)

$(B)/libir.a: $(LIB)
	@rm -f $@; $(AR) rcs $@ $^
$(B)/bin/%: $(B)/cmd/%.o $(B)/libir.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/unit/%: $(B)/tests/unit/%.o $(B)/libir.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/tools/%: $(B)/tests/tools/%.o $(B)/libir.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/libir.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

unit: $(UNIT:%=$(B)/unit/%)
tools: $(TOOL:%=$(B)/tools/%) build/box
build/box: tests/tools/box.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -include lib/base/banned.h $< -o $@

clean:
	rm -rf build

.PHONY: all unit tools clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
