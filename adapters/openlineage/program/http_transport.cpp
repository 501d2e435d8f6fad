#include "http_transport.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <curl/curl.h>

namespace tranche::adapters::openlineage {
namespace {

constexpr std::size_t kLongestAnswer = 300;
// What another key, another route or a little patience may cure.
constexpr std::array<long, 10> kAway{401, 403, 404, 405, 407, 408, 425, 429, 502, 503};
constexpr long kGatewayTimeout = 504;

std::size_t keep_answer(char* data, std::size_t, std::size_t size, void* into) {
  auto& answer = *static_cast<std::string*>(into);
  answer.append(data, std::min(size, kLongestAnswer - std::min(kLongestAnswer, answer.size())));
  return size;
}

struct Headers {
  curl_slist* list = nullptr;
  Headers() = default;
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  ~Headers() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(HttpConfig config) : config_(std::move(config)), curl_(curl_easy_init()) {
    if (curl_ == nullptr) {
      throw Error(ErrorCode::internal, "libcurl cannot be used");
    }
    headers_.add("Content-Type: application/json");
    // Small events need no leave to be sent.
    headers_.add("Expect:");
    if (!config_.key.empty()) {
      headers_.add("Authorization: Bearer " + config_.key);
    }
    for (const auto& [name, value] : config_.headers) {
      headers_.add(name + ": " + value);
    }
    set_up();
  }
  ~HttpTransport() override { curl_easy_cleanup(curl_); }
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  Sent send(const std::string& event) override {
    std::string answer;
    std::array<char, CURL_ERROR_SIZE> error{};
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, event.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(event.size()));
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, error.data());
    const CURLcode result = curl_easy_perform(curl_);
    curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
    if (result != CURLE_OK) {
      return {Sent::Kind::away, error[0] != '\0' ? error.data() : curl_easy_strerror(result)};
    }
    return judge(answer);
  }

 private:
  void set_up() {
    curl_easy_setopt(curl_, CURLOPT_URL, config_.url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(config_.timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_POST, 1L);
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_.list);
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, "tranche/" TRANCHE_VERSION);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, config_.verify ? 1L : 0L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, config_.verify ? 2L : 0L);
    set_file(CURLOPT_CAINFO, config_.ca_file);
    set_file(CURLOPT_SSLCERT, config_.certificate_file);
    set_file(CURLOPT_SSLKEY, config_.certificate_key_file);
  }
  void set_file(CURLoption option, const std::string& path) {
    if (!path.empty()) {
      curl_easy_setopt(curl_, option, path.c_str());
    }
  }

  Sent judge(const std::string& answer) const {
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      return {};
    }
    std::string why = "the server answered " + std::to_string(status);
    // Some servers say which key they refuse.
    const bool tells_key = !config_.key.empty() && answer.find(config_.key) != std::string::npos;
    if (!answer.empty() && !tells_key) {
      why += ": " + answer;
    }
    if (status < 400 || status == kGatewayTimeout ||
        std::find(kAway.begin(), kAway.end(), status) != kAway.end()) {
      return {Sent::Kind::away, why};
    }
    return {status >= 500 ? Sent::Kind::failed : Sent::Kind::refused, why};
  }

  const HttpConfig config_;
  CURL* const curl_;
  Headers headers_;
};

}  // namespace

std::unique_ptr<Transport> make_http_transport(HttpConfig config) {
  return std::make_unique<HttpTransport>(std::move(config));
}

}  // namespace tranche::adapters::openlineage
