// SPDX-License-Identifier: Apache-2.0
#include "server/admin/api.h"

#include <algorithm>

#include "server/admin/command.h"
#include "server/admin/link.h"

namespace toopher::server::admin {

namespace {

/// `/admin/v1/device/revoke`: "device revoke".
std::string operation_of(std::string_view path) {
  if (!path.starts_with(kAdminApiPath)) return {};
  std::string name(path.substr(std::string_view(kAdminApiPath).size()));
  std::replace(name.begin(), name.end(), '/', ' ');
  return name;
}

Answer within(const Command& command, const Call& call) try {
  const api::Json found = command.operate(call);
  const json_t* const items = json_object_get(found.get(), "items");
  const bool empty =
      items != nullptr && json_array_size(items) == 0 && json_object_get(found.get(), "next") == nullptr;
  return {200, api::dump(found.get()), !empty, 0};
} catch (const api::JsonError& error) {
  return to_answer({400, 400, std::string("The call is not as it must be: ") + error.what()});
}

}  // namespace

boost::asio::awaitable<Response> answer(App& app, const ServerOperations& own, const SocketCall& call,
                                        Peer& peer) {
  const std::string operation = operation_of(call.path);
  const Command* const command = command_named(operation);
  const auto mine = own.find(operation);
  if ((command == nullptr || command->operate == nullptr) && mine == own.end())
    co_return error_response(
        {404, 404, "There is no such operation; is toopher-admin newer than this toopherd?"});
  if (call.method != "POST") co_return error_response({405, 405, "Operations are posted."});
  api::Json body;
  try {
    body = api::parse_object(call.body);
    (void)api::required_object(body.get(), "parameters");
  } catch (const api::JsonError& error) {
    co_return error_response({400, 400, error.what()});
  }
  const json_t* const parameters = json_object_get(body.get(), "parameters");
  const Caller caller = operator_named(account_name(call.uid), text_of(body.get(), "sudo_user"), parameters);
  if (mine != own.end()) {
    try {
      const api::Json found = mine->second(parameters);
      co_return Response{200, api::dump(found.get()), {}};
    } catch (const Refused& refused) {
      co_return error_response(refused.error());
    }
  }
  const Work work = [&](Context& context) { return within(*command, {context, caller, parameters}); };
  const std::chrono::seconds wait(
      std::clamp<std::int64_t>(integer_of(parameters, "wait"), 0, kMaxWait.count()));
  if (command->topic == nullptr || wait.count() == 0) co_return to_response(co_await run(app, work));
  co_return to_response(co_await run_and_wait(app, peer, command->topic, wait, work, work));
}

}  // namespace toopher::server::admin
