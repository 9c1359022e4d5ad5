# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
set(PACKAGE_VERSION 1.1)
set(PACKAGE_VERSION_COMPATIBLE TRUE)
