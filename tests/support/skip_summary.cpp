// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

// The run's last lines, in a form that a script can sum up:
//   skipped: <test>: <reason>
//   N passed, N failed, N skipped
class skip_summary final : public Catch::EventListenerBase {
 public:
  using EventListenerBase::EventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& test) override { test_ = test.name; }

  void assertionEnded(const Catch::AssertionStats& stats) override {
    if (stats.assertionResult.getResultType() != Catch::ResultWas::ExplicitSkip) return;
    std::string reason{stats.assertionResult.getMessage()};
    for (const auto& note : stats.infoMessages) reason = reason.empty() ? note.message : reason;
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    // A test that runs once for each hook may skip often for one reason.
    std::pair skip{test_, std::move(reason)};
    if (std::find(skips_.begin(), skips_.end(), skip) == skips_.end())
      skips_.push_back(std::move(skip));
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    cases_ = stats.totals.testCases;
    ended_ = true;
  }

  // Here and not in testRunEnded, because reporters still print after that.
  ~skip_summary() override {
    if (!ended_) return;
    std::fflush(stdout);
    for (const auto& [test, reason] : skips_)
      std::printf("skipped: %s: %s\n", test.c_str(), reason.c_str());
    std::printf("%llu passed, %llu failed, %llu skipped\n",
                static_cast<unsigned long long>(cases_.passed),
                static_cast<unsigned long long>(cases_.failed) + cases_.failedButOk,
                static_cast<unsigned long long>(cases_.skipped));
    std::fflush(stdout);
  }

 private:
  std::string test_;
  std::vector<std::pair<std::string, std::string>> skips_;
  Catch::Counts cases_;
  bool ended_ = false;
};

CATCH_REGISTER_LISTENER(skip_summary)

}  // namespace
