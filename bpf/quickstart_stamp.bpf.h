/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef QUICKSTART_STAMP_H
#define QUICKSTART_STAMP_H

#include <linux/types.h>

/* What the quickstart's sender puts into every UDP payload, and what the programs on the way write
 * into it. Whoever gets the packet back can tell which programs handled it, how often, and in which
 * version; no map is shared for that, so the proof does not depend on what it is to prove. */

/* One program's mark. */
struct quickstart_mark {
  __u8 runs;    /* how many times the program ran over this packet */
  __u8 version; /* the version that ran last; 0 while none has */
};

struct quickstart_stamp {
  __u32 magic;
  __u8 served_by;    /* quickstart_server: who answered */
  __u8 is_forbidden; /* sent to the blocked port: must never come back */
  __u8 padding[2];
  __u64 sequence; /* counted from 0, over all flows of the sender */
  struct quickstart_mark meter;
  struct quickstart_mark firewall;
  struct quickstart_mark balancer;
  struct quickstart_mark returner;
};

enum { quickstart_magic = 0x6c706e31 };

enum quickstart_server {
  quickstart_nobody = 0,
  quickstart_backend_a = 1,
  quickstart_backend_b = 2,
  quickstart_edge_itself = 3, /* not balanced: it reached the service address's own host */
};

/* What the firewall counts, in its map `verdicts`. */
enum quickstart_verdict {
  quickstart_passed = 0,  /* stamped packets that went on */
  quickstart_dropped = 1, /* packets to a blocked port */
  quickstart_verdicts = 2,
};

/* The one entry of the balancer's map `service`. Addresses in network order. */
struct quickstart_service {
  __u32 address;     /* what clients talk to */
  __u32 backends[2]; /* who answers */
};

#endif
