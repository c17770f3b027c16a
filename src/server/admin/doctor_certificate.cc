// SPDX-License-Identifier: Apache-2.0
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

#include "crypto/openssl.h"
#include "server/admin/findings.h"

namespace toopher::server::admin {

namespace {

using crypto::Handle;
using Certificate = Handle<X509, X509_free>;
using Bio = Handle<BIO, BIO_free_all>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

constexpr int kSoon = 21;  // days
constexpr const char* kSubject = "certificate";

std::vector<Certificate> read_chain(const std::string& file) {
  const Bio input(BIO_new_file(file.c_str(), "r"));
  std::vector<Certificate> chain;
  while (input) {
    Certificate next(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    chain.push_back(std::move(next));
  }
  ERR_clear_error();
  return chain;
}

/// Of https://HOST[:PORT].
std::string host_of(const std::string& origin) {
  const auto begin = origin.find("//");
  if (begin == std::string::npos) return {};
  std::string host = origin.substr(begin + 2);
  if (host.starts_with("[")) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_for(X509* certificate, const std::string& host) {
  return X509_check_host(certificate, host.c_str(), 0, 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

void examine_dates(X509* certificate, Findings& findings) {
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate)) != 1) return;
  if (days < 0 || seconds < 0) {
    findings.error(kSubject, "it has expired", "renew it, and reload the server");
  } else if (days < kSoon) {
    findings.warning(kSubject, "it expires in " + std::to_string(days) + " days",
                     "renew it, and reload the server");
  } else {
    findings.good(kSubject, "good for " + std::to_string(days) + " days");
  }
}

/// Clients need everything but the root: each is issued by the next, and the last by a root that is not sent.
void examine_chain(const std::vector<Certificate>& chain, Findings& findings) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (X509_check_issued(chain[i + 1].get(), chain[i].get()) == X509_V_OK) continue;
    findings.error(kSubject,
                   "certificate " + std::to_string(i + 1) + " of the file is not issued by the next one",
                   "put the server's certificate first, and its issuers behind it in order");
    return;
  }
}

void examine_key(X509* certificate, const std::string& file, Findings& findings) {
  const Bio input(BIO_new_file(file.c_str(), "r"));
  const Key key(input ? PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr) : nullptr);
  const bool fits = key && X509_check_private_key(certificate, key.get()) == 1;
  ERR_clear_error();
  if (!fits)
    findings.error(kSubject, "it does not belong to " + file, "configure the two that belong together");
}

}  // namespace

void examine_certificate(const ServerConfig& config, Findings& findings) {
  if (config.certificate.empty()) {
    findings.good(kSubject, "none: plain HTTP on a loopback address");
    return;
  }
  const auto chain = read_chain(config.certificate);
  if (chain.empty()) {
    findings.error(kSubject, config.certificate + " holds none that can be read", "install it, in PEM");
    return;
  }
  examine_dates(chain.front().get(), findings);
  examine_chain(chain, findings);
  examine_key(chain.front().get(), config.private_key, findings);
  const std::string host = host_of(config.origin);
  if (!host.empty() && !is_for(chain.front().get(), host))
    findings.error(kSubject, "it is not for " + host, "have it issued for the host of origin");
}

}  // namespace toopher::server::admin
