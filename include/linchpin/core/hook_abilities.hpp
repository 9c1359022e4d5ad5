// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// How the program at a hook can be replaced by another one.
enum class update_ability : unsigned char {
  none,              ///< only by detaching and attaching again
  swap,              ///< one atomic replacement, without comparing the old program (cls_bpf)
  compare_and_swap,  ///< BPF_LINK_UPDATE with BPF_F_REPLACE: names the program it replaces
};

/// How the place of a program among other programs at the same hook is chosen.
enum class order_ability : unsigned char {
  none,        ///< the hook takes one program, so there is nothing to order
  append,      ///< attach order is run order
  priorities,  ///< numbers (cls_bpf)
  anchors,     ///< before or after another program, guarded by a revision
};

/// What one hook can do on one kernel. The engine asks the hook value for it, so that code outside
/// the hook's family need not know what kind of hook it is.
///
/// source: measured on 5.10 to 7.3.
struct hook_abilities {
  update_ability update = update_ability::none;
  order_ability order = order_ability::none;
  bool link = false;       ///< attachments are bpf_links: pinnable, detached with their last holder
  bool query = false;      ///< the chain can be read back
  bool exclusive = false;  ///< a second program is refused
  bool revision = false;   ///< the chain carries a revision and attach honours an expected one
  /// The same program may stand only once in a chain, also by way of an update.
  bool one_instance = false;
  /// Programs that a chain holds at most; 0 where no limit is known.
  unsigned most = 0;

  friend bool operator==(const hook_abilities&, const hook_abilities&) = default;
};

}  // namespace linchpin
