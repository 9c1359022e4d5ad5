// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/store/records.hpp>

#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a component sets in the global variables of its object, in the order of their names.
/// errors: not_found for a variable that the object does not have; layout_mismatch for a value of
///   another size or kind; invalid_argument for a setting of the kernel and for a name that two
///   variables have.
[[nodiscard]] result<std::vector<global_record>> plan_globals(const desired_component& desired,
                                                              const object_image& image);

/// What is set to another value than in the running generation, one line each. For a constant, its value
/// in the object is none; for a variable that programs write it is one, since that starts anew.
/// \param image the next object
[[nodiscard]] std::vector<std::string> changed_globals(const std::vector<global_record>& next,
                                                       const std::vector<global_record>& running,
                                                       const object_image& image);

/// The value of a global variable for people: a number, or else its bytes in hexadecimal digits.
[[nodiscard]] std::string value_text(const global_record& of);

}  // namespace linchpin
