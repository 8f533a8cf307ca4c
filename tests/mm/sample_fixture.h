/* SPDX-License-Identifier: MIT */
/*
 * suite_init and suite_exit of suites that look at where objects lie or how many bytes they hold, plant
 * damage in them, or count what is not theirs (flushes): no allocation is made a sample of KFENCE
 * meanwhile. They stand in slab_fixture.c.
 */
#ifndef TESTS_MM_SAMPLE_FIXTURE_H
#define TESTS_MM_SAMPLE_FIXTURE_H

struct kunit_suite;

int no_samples(struct kunit_suite *suite);
void samples_again(struct kunit_suite *suite);

#endif
