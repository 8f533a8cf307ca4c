/* SPDX-License-Identifier: MIT */
/*
 * Names of error numbers
 * ======================
 *
 * One table indexed by the number, for %pe and reports. The names carry the minus sign that kernel
 * functions return the number with; a positive number skips it. Numbers above the table are few and
 * stand in a switch. O(1), any context.
 */
#include <linux/err.h>
#include <linux/errno.h>

#define NAME(e) [e] = "-" #e

static const char *const names[] = {
	NAME(EPERM),   NAME(ENOENT),	NAME(ESRCH),	    NAME(EINTR),     NAME(EIO),
	NAME(ENXIO),   NAME(E2BIG),	NAME(ENOEXEC),	    NAME(EBADF),     NAME(ECHILD),
	NAME(EAGAIN),  NAME(ENOMEM),	NAME(EACCES),	    NAME(EFAULT),    NAME(ENOTBLK),
	NAME(EBUSY),   NAME(EEXIST),	NAME(EXDEV),	    NAME(ENODEV),    NAME(ENOTDIR),
	NAME(EISDIR),  NAME(EINVAL),	NAME(ENFILE),	    NAME(EMFILE),    NAME(ENOTTY),
	NAME(ETXTBSY), NAME(EFBIG),	NAME(ENOSPC),	    NAME(ESPIPE),    NAME(EROFS),
	NAME(EMLINK),  NAME(EPIPE),	NAME(EDOM),	    NAME(ERANGE),    NAME(EDEADLK),
	NAME(ENOLCK),  NAME(ENOSYS),	NAME(ENAMETOOLONG), NAME(ENOTEMPTY), NAME(ELOOP),
	NAME(ENODATA), NAME(ETIME),	NAME(EPROTO),	    NAME(EBADMSG),   NAME(EOVERFLOW),
	NAME(EILSEQ),  NAME(ENOBUFS),	NAME(EOPNOTSUPP),   NAME(ETIMEDOUT), NAME(EALREADY),
	NAME(ESTALE),  NAME(ECANCELED), NAME(EINPROGRESS),  NAME(EHWPOISON), NAME(EADDRINUSE),
};

static const char *name_of(unsigned int err)
{
	switch (err) {
	case ERESTARTSYS:
		return "-ERESTARTSYS";
	case EPROBE_DEFER:
		return "-EPROBE_DEFER";
	case ENOTSUPP:
		return "-ENOTSUPP";
	default:
		return err < sizeof(names) / sizeof(names[0]) ? names[err] : NULL;
	}
}

/**
 * errname - "-EINVAL" for -EINVAL, "EINVAL" for EINVAL, NULL for a number without a name
 */
const char *errname(int err)
{
	const char *name = name_of(err < 0 ? -(unsigned int)err : err);

	return name && err > 0 ? name + 1 : name;
}
