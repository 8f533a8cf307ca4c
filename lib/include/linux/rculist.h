/* SPDX-License-Identifier: MIT */
/*
 * Lists that RCU readers walk while an updater, one at a time by a lock of the user's, changes them.
 *
 * A reader goes forward only: what is removed keeps its way on (`next`), so who stands on it comes
 * back to the list; it must not be freed or put elsewhere before a grace period. What is put in is
 * complete before it can be seen. Each link that a reader may follow is stored by a release and
 * loaded by an acquire, which are plain moves here.
 */
#ifndef LINUX_RCULIST_H
#define LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list)	 (*(&(list)->next))
#define list_tail_rcu(head)	 (*(&(head)->prev))
#define hlist_first_rcu(head)	 (*(&(head)->first))
#define hlist_next_rcu(node)	 (*(&(node)->next))
#define hlist_pprev_rcu(node)	 (**(&(node)->pprev))
#define INIT_LIST_HEAD_RCU(list) INIT_LIST_HEAD(list)

/* Readers come by here: @cond says what else protects the walk; nothing: a reader must. */
#define __list_check_rcu(dummy, cond, ...)                     \
	RCU_LOCKDEP_WARN(!(cond) && !rcu_read_lock_any_held(), \
			 "RCU-list traversed in non-reader section!!")

/* ---- lists with two ends ---- */

static inline void __list_add_rcu(struct list_head *new, struct list_head *prev,
				  struct list_head *next)
{
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(prev->next, new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head->prev, head);
}

/* Its way on stays, for readers who stand on it. */
static inline void list_del_rcu(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	rcu_assign_pointer(entry->prev->next, entry->next);
	entry->prev = LIST_POISON2;
}

/* A reader sees the one or the other. */
static inline void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	rcu_assign_pointer(new->prev->next, new);
	new->next->prev = new;
	old->prev = LIST_POISON2;
}

/*
 * Move all of @list to the front or the end of @head. @list is emptied first and @sync waits for its
 * readers, who would else go round in the other list and never find their head.
 */
static inline void __list_splice_init_rcu(struct list_head *list, struct list_head *prev,
					  struct list_head *next, void (*sync)(void))
{
	struct list_head *first = list->next, *last = list->prev;

	INIT_LIST_HEAD_RCU(list);
	sync();
	last->next = next;
	first->prev = prev;
	rcu_assign_pointer(prev->next, first);
	next->prev = last;
}

static inline void list_splice_init_rcu(struct list_head *list, struct list_head *head,
					void (*sync)(void))
{
	if (!list_empty(list))
		__list_splice_init_rcu(list, head, head->next, sync);
}

static inline void list_splice_tail_init_rcu(struct list_head *list, struct list_head *head,
					     void (*sync)(void))
{
	if (!list_empty(list))
		__list_splice_init_rcu(list, head->prev, head, sync);
}

#define list_entry_rcu(ptr, type, member) container_of(rcu_dereference_raw(ptr), type, member)

/* The first entry, or NULL. The head is looked at once: asking list_empty() first would be two looks. */
#define list_first_or_null_rcu(ptr, type, member)                               \
	({                                                                      \
		struct list_head *__head = (ptr);                               \
		struct list_head *__first = rcu_dereference_raw(__head->next);  \
		__first != __head ? container_of(__first, type, member) : NULL; \
	})

#define list_next_or_null_rcu(head, ptr, type, member)                        \
	({                                                                    \
		struct list_head *__head = (head), *__at = (ptr);             \
		struct list_head *__next = rcu_dereference_raw(__at->next);   \
		__next != __head ? container_of(__next, type, member) : NULL; \
	})

/* The last argument, which may be left out: what protects the walk where no reader does. */
#define list_for_each_entry_rcu(pos, head, member, cond...)                    \
	for ((pos) = ({                                                        \
		     __list_check_rcu(dummy, ##cond, 0);                       \
		     list_entry_rcu((head)->next, __typeof__(*(pos)), member); \
	     });                                                               \
	     &(pos)->member != (head);                                         \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#define list_for_each_entry_srcu(pos, head, member, cond) \
	list_for_each_entry_rcu(pos, head, member, cond)

#define list_for_each_entry_continue_rcu(pos, head, member)                          \
	for ((pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member); \
	     &(pos)->member != (head);                                               \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#define list_for_each_entry_from_rcu(pos, head, member) \
	for (; &(pos)->member != (head);                \
	     (pos) = list_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

/* ---- hash chains ---- */

static inline void __hlist_insert_rcu(struct hlist_node *n, struct hlist_node **at)
{
	struct hlist_node *next = *at;

	n->next = next;
	n->pprev = at;
	rcu_assign_pointer(*at, n);
	if (next)
		next->pprev = &n->next;
}

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	__hlist_insert_rcu(n, &h->first);
}

static inline void hlist_add_before_rcu(struct hlist_node *n, struct hlist_node *next)
{
	__hlist_insert_rcu(n, next->pprev);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n, struct hlist_node *prev)
{
	__hlist_insert_rcu(n, &prev->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node **at = &h->first;

	while (*at)
		at = &(*at)->next;
	__hlist_insert_rcu(n, at);
}

static inline void __hlist_del_rcu(struct hlist_node *n)
{
	rcu_assign_pointer(*n->pprev, n->next);
	if (n->next)
		n->next->pprev = n->pprev;
}

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del_rcu(n);
	n->pprev = LIST_POISON2;
}

/* hlist_unhashed() afterwards; may be called for what is in no chain. */
static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del_rcu(n);
	n->pprev = NULL;
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	new->next = old->next;
	new->pprev = old->pprev;
	rcu_assign_pointer(*new->pprev, new);
	if (new->next)
		new->next->pprev = &new->next;
	old->pprev = LIST_POISON2;
}

#define __hlist_entry_rcu(ptr, type, member) \
	hlist_entry_safe(rcu_dereference_raw(ptr), type, member)

#define hlist_for_each_entry_rcu(pos, head, member, cond...)                       \
	for ((pos) = ({                                                            \
		     __list_check_rcu(dummy, ##cond, 0);                           \
		     __hlist_entry_rcu((head)->first, __typeof__(*(pos)), member); \
	     });                                                                   \
	     (pos); (pos) = __hlist_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#define hlist_for_each_entry_continue_rcu(pos, member)                                         \
	for ((pos) = __hlist_entry_rcu((pos)->member.next, __typeof__(*(pos)), member); (pos); \
	     (pos) = __hlist_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#define hlist_for_each_entry_from_rcu(pos, member) \
	for (; (pos); (pos) = __hlist_entry_rcu((pos)->member.next, __typeof__(*(pos)), member))

#endif
