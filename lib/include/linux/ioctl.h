/* SPDX-License-Identifier: MIT */
/* How commands of ioctl() are numbered: direction, size of the argument, type, number. */
#ifndef LINUX_IOCTL_H
#define LINUX_IOCTL_H

#define _IOC_NRSHIFT   0
#define _IOC_TYPESHIFT 8
#define _IOC_SIZESHIFT 16
#define _IOC_DIRSHIFT  30

#define _IOC_NONE  0U
#define _IOC_WRITE 1U
#define _IOC_READ  2U

#define _IOC(dir, type, nr, size)                                              \
	(((dir) << _IOC_DIRSHIFT) | ((unsigned int)(type) << _IOC_TYPESHIFT) | \
	 ((unsigned int)(nr) << _IOC_NRSHIFT) | ((unsigned int)(size) << _IOC_SIZESHIFT))

#define _IO(type, nr)		 _IOC(_IOC_NONE, type, nr, 0)
#define _IOR(type, nr, argtype)	 _IOC(_IOC_READ, type, nr, sizeof(argtype))
#define _IOW(type, nr, argtype)	 _IOC(_IOC_WRITE, type, nr, sizeof(argtype))
#define _IOWR(type, nr, argtype) _IOC(_IOC_READ | _IOC_WRITE, type, nr, sizeof(argtype))

#define _IOC_DIR(nr)  (((nr) >> _IOC_DIRSHIFT) & 3U)
#define _IOC_TYPE(nr) (((nr) >> _IOC_TYPESHIFT) & 0xffU)
#define _IOC_NR(nr)   (((nr) >> _IOC_NRSHIFT) & 0xffU)
#define _IOC_SIZE(nr) (((nr) >> _IOC_SIZESHIFT) & 0x3fffU)

#endif
