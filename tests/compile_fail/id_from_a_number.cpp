// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: conversion from 'int' to
#include <linchpin/core/ids.hpp>

linchpin::ifindex index() {
#ifdef FORBIDDEN
  linchpin::ifindex number = 3;
#else
  linchpin::ifindex number{3};
#endif
  return number;
}
