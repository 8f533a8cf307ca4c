// SPDX-License-Identifier: MIT
/*
 * A timer whose function follows a pointer that was freed and overwritten, in interrupt context. The
 * function ends there, the tick goes on; the timer, which it would have started again, doesn't.
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timer.h>

struct sensor {
	struct timer_list timer;
	const int *reading;
	int sum;
};

static struct sensor sensor = { .reading = (const int *)0x6b6b6b6b6b6b6b6b };

static void sample(struct timer_list *timer)
{
	struct sensor *s = from_timer(s, timer, timer);

	s->sum += *s->reading;
	mod_timer(timer, jiffies + 1);
}

static int __init sensor_init(void)
{
	timer_setup(&sensor.timer, sample, 0);
	mod_timer(&sensor.timer, jiffies + 1);
	schedule_timeout_uninterruptible(HZ / 10);
	pr_info("sensor: the timer is %s\n", timer_pending(&sensor.timer) ? "pending" : "over");
	return 0;
}

static void __exit sensor_exit(void)
{
	timer_delete_sync(&sensor.timer);
	pr_info("sensor: its exit is called\n");
}

module_init(sensor_init);
module_exit(sensor_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a timer that follows a bad pointer");
