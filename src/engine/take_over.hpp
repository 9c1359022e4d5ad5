// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// What the running state takes from a plan once its changes are made.
struct handover {
  /// For each attachment after the change, the attachment before the change that it continues.
  std::vector<std::optional<std::size_t>> former;
  bool builds = false;
};

/// Memory for the running state after a transaction. It is allocated before the commit, since
/// nothing may fail after that.
struct successor {
  std::vector<handover> handed;    ///< for each change
  bool components_change = false;  ///< some come or go
  name_index index;                ///< of the components, when some do
};
[[nodiscard]] successor prepare_successor(execution& in);

/// Makes the changes of a transaction that is committed what runs.
void take_over(execution& in, successor& with) noexcept;

struct component_problem {
  std::string component;
  std::string text;
};

/// A transaction of which nobody knows whether it is committed. The journal tells of its durable
/// components. Only this process knows of the ephemeral ones, and it keeps both of their
/// generations until the journal can be read.
class doubtful_commit {
 public:
  /// Keeps a transaction. It needs no memory, so that it cannot fail once the commit was tried.
  /// \param before_commit how many of the steps come before the commit
  void keep(execution&& of, std::vector<handover>&& handed, std::size_t before_commit) noexcept;

  /// Finishes the changes of ephemeral components if the journal says that they are committed, and
  /// undoes them if not. May be called again after an exception.
  /// returns: what failed
  [[nodiscard]] std::vector<component_problem> settle();

 private:
  [[nodiscard]] std::vector<step> ephemeral(std::span<const step> all) const;

  std::optional<execution> kept_;
  std::vector<handover> handed_;
  std::size_t before_commit_ = 0;
};

/// effects: once the store was read again, settles the doubt about the last transaction if there is
///   one.
void settle_doubt(running_state& state);

}  // namespace linchpin
