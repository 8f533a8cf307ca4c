// SPDX-License-Identifier: MIT
/*
 * Two owners of one pointer: who resets the connection frees its buffer, and so does exit.
 *
 * Seen: always, at the second kfree(). With slab_debug=FZPU the report also says who allocated the object and
 * who freed it first.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct connection {
	char *buffer;
	int open;
};

static struct connection conn;

static noinline void connection_reset(struct connection *c)
{
	c->open = 0;
	kfree(c->buffer); /* the bug: c->buffer = NULL */
}

static int __init conn_init(void)
{
	conn.buffer = kmalloc(100, GFP_KERNEL);
	if (!conn.buffer)
		return -ENOMEM;
	conn.open = 1;
	connection_reset(&conn);
	return 0;
}

static void __exit conn_exit(void)
{
	kfree(conn.buffer);
}

module_init(conn_init);
module_exit(conn_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: freed twice");
