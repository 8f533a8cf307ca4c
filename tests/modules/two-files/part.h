/* SPDX-License-Identifier: MIT */
#ifndef TWO_FILES_PART_H
#define TWO_FILES_PART_H

int twice(int x);

#endif
