// SPDX-License-Identifier: Apache-2.0
// The credentials by which phones verify their person (WebAuthn), one of a pairing at most. They hold nothing secret.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

void Transaction::insert_credential(const PairingCredential& credential) {
  db_.post("INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?)", credential.pairing_id, Blob{credential.id},
           Blob{credential.point}, static_cast<std::int64_t>(credential.sign_count),
           Blob{credential.signature}, credential.created);
}

std::optional<PairingCredential> Transaction::credential_of_pairing(std::string_view pairing_id) {
  return first(
      db_.query("SELECT pairing_id, credential_id, point, sign_count, signature, created FROM credentials "
                "WHERE pairing_id = ?",
                pairing_id),
      [](const Rows& row) {
        return PairingCredential{row.text(0), row.text(1),
                                 row.text(2), static_cast<std::uint32_t>(row.integer(3)),
                                 row.text(4), row.integer(5)};
      });
}

bool Transaction::is_credential_known(std::string_view id) {
  return db_.query("SELECT pairing_id FROM credentials WHERE credential_id = ?", Blob{id}).next();
}

void Transaction::set_sign_count(std::string_view pairing_id, std::uint32_t sign_count) {
  db_.post("UPDATE credentials SET sign_count = ? WHERE pairing_id = ?",
           static_cast<std::int64_t>(sign_count), pairing_id);
}

}  // namespace toopher::server
