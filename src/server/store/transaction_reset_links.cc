// SPDX-License-Identifier: Apache-2.0
// Links by which people remove a pairing.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

void Transaction::insert_reset_link(std::string_view digest, const ResetLink& link) {
  db_.post("DELETE FROM reset_links WHERE pairing_id = ?", link.pairing_id);
  db_.post("INSERT INTO reset_links VALUES (?, ?, ?, ?, ?, 0, ?)", Blob{digest}, link.pairing_id,
           link.requester, link.question, Blob{link.answer_digest}, link.expires);
}

std::optional<ResetLink> Transaction::reset_link(std::string_view digest, Millis now) {
  return first(db_.query("SELECT pairing_id, requester, question, answer_digest, expires FROM reset_links "
                         "WHERE digest = ? AND expires > ?",
                         Blob{digest}, now),
               [](const Rows& row) {
                 return ResetLink{row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)};
               });
}

int Transaction::count_wrong_answer(std::string_view digest) {
  return count(
      db_.query("UPDATE reset_links SET wrong_answers = wrong_answers + 1 WHERE digest = ? "
                "RETURNING wrong_answers",
                Blob{digest}));
}

bool Transaction::take_reset_link(std::string_view digest) {
  return db_.change("DELETE FROM reset_links WHERE digest = ?", Blob{digest}) == 1;
}

}  // namespace toopher::server
